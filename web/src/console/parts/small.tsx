// Small parts: a moment, a state, a figure, tabs.
import type { ComponentChildren } from "preact";
import { serverNow } from "../../common/clock.ts";
import type { DropState, Mode } from "../api/types.ts";
import { moment } from "../format.ts";
import { t, tOr } from "../texts/index.ts";

/** A moment in the reader's own zone, with the exact one behind it. */
export function Moment({ at }: { at: string | null | undefined }) {
  if (at === null || at === undefined) return <span>–</span>;
  return (
    <time dateTime={at} title={at}>
      {moment(Date.parse(at), serverNow())}
    </time>
  );
}

export function StateBadge({ state }: { state: DropState }) {
  return <span class={`badge state-${state}`}>{tOr(`state.${state}`, "state.unknown")}</span>;
}

/** Shown for every mode but the usual one. */
export function ModeBadge({ mode }: { mode: Mode }) {
  if (mode === "running") return null;
  return <span class={`badge mode-${mode}`}>{tOr(`mode.${mode}`, "state.unknown")}</span>;
}

/** One figure, large, under what it is. */
export function Figure({ label, value, hint }: { label: string; value: string; hint?: string }) {
  return (
    <div class="big">
      <dt>{label}</dt>
      <dd>
        {value}
        {hint !== undefined && <small>{hint}</small>}
      </dd>
    </div>
  );
}

export const Figures = ({ children }: { children: ComponentChildren }) => <dl class="bigs">{children}</dl>;

export interface Tab {
  href: string;
  label: string;
  isCurrent: boolean;
}

/** The parts of a page, each with an address of its own. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.href} href={tab.href} aria-current={tab.isCurrent ? "page" : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}

export const Loading = () => <p class="skeleton">{t("loading")}</p>;
