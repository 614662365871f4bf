// A place in a console: its title, and the keyboard on it when somebody comes there.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

let isFirst = true;

interface PageProps {
  title: string;
  /** Where it belongs, above the title. */
  above?: ComponentChildren;
  /** What can be done with all of it, beside the title. */
  acts?: ComponentChildren;
  children: ComponentChildren;
}

export function Page({ title, above, acts, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  useEffect(() => {
    // The first page leaves the keyboard at the top, as any page that was just loaded does.
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, []);
  return (
    <>
      {above}
      <div class="head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {acts !== undefined && <div class="head-acts">{acts}</div>}
      </div>
      {children}
    </>
  );
}
