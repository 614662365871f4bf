// A group of parts under its name.
import type { ComponentChildren } from "preact";

export const Shown = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <section class="tile panel" aria-label={title}>
    <h2>{title}</h2>
    {children}
  </section>
);
