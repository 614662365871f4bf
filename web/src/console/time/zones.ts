// Times as clocks on a wall show them, in any zone, and the moments that they stand for. A wall shows some
// times twice and some never, when clocks are set back or forward.

const HOUR_MS = 3_600_000;

/** What a date field gives, with seconds or without. */
const WALL = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?$/;

/** A time on a wall: `local` is what a date field gives ("2027-03-05T18:00"). */
export interface WallTime {
  local: string;
  zone: string;
  /** Of a time that comes twice, the later one. */
  isLater: boolean;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(zone, formatter);
  return formatter;
}

/** Returns how far a zone's clocks are ahead of UTC at a moment. */
export function offsetMs(ms: number, zone: string): number {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - Math.floor(ms / 1_000) * 1_000;
}

/** Returns the moments at which clocks there show this time: one, and at a change of clocks none or two. */
export function momentsOf(local: string, zone: string): number[] {
  const wall = WALL.test(local) ? Date.parse(`${local}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return [];
  const offsets = [wall - 24 * HOUR_MS, wall + 24 * HOUR_MS].map((near) => offsetMs(near, zone));
  const moments = offsets.map((offset) => wall - offset).filter((ms) => wall - offsetMs(ms, zone) === ms);
  return [...new Set(moments)].sort((a, b) => a - b);
}

/** Returns the moment that is meant, or null if clocks there never show this time. */
export function momentOf({ local, zone, isLater }: WallTime): number | null {
  const moments = momentsOf(local, zone);
  return moments[isLater ? moments.length - 1 : 0] ?? null;
}

/** Returns what clocks there show at a moment, as a date field takes it. */
export const wallOf = (ms: number, zone: string) =>
  new Date(ms + offsetMs(ms, zone)).toISOString().slice(0, 16);

/** The zone of this browser. */
export const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";

/** All zones that this browser knows, its own and UTC first. */
export function zones(): string[] {
  const known = typeof Intl.supportedValuesOf === "function" ? Intl.supportedValuesOf("timeZone") : [];
  return [...new Set([ownZone(), "UTC", ...known])];
}

/** As APIs take a moment. */
export const rfc3339 = (ms: number) => new Date(ms).toISOString();
