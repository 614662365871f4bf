// Calls a shopper back who looks elsewhere when the turn comes: a sound and a notification for those
// who asked for them, the tab's icon for everybody.
import { announceNow } from "../../common/announce.ts";
import { byId, el, setText, show } from "../../common/dom.ts";
import { t } from "../texts/index.ts";

const ICON = "/assets/icon.svg";
const TURN_ICON = "/assets/turn.svg";
const BEEPS = 3;

let sound: AudioContext | null = null;

/** Offers to call, until somebody has said yes. */
export function bell(): HTMLElement {
  const button = el("button", { type: "button", class: "button link", id: "bell" }, t("bell.ask"));
  const state = el("p", { class: "small", role: "status" });
  const root = el("div", { class: "bell" }, button, state);
  const write = () => {
    show(button, sound === null);
    setText(state, sound === null ? "" : t(mayNotify() ? "bell.on" : "bell.sound_only"));
  };
  button.addEventListener("click", async () => {
    // A browser lets only those pages make sounds that somebody has touched.
    sound = new AudioContext();
    sound.resume().catch(() => {});
    await askToNotify().catch(() => {});
    write();
  });
  write();
  return root;
}

const mayNotify = () => "Notification" in window && Notification.permission === "granted";

async function askToNotify(): Promise<void> {
  if ("Notification" in window && Notification.permission === "default")
    await Notification.requestPermission();
}

/** Calls: it is this shopper's turn. */
export function call(text: string): void {
  announceNow(text);
  navigator.vibrate?.([200, 100, 200]);
  ring(text);
}

function ring(text: string): void {
  setIcon(TURN_ICON);
  if (sound === null) return;
  for (let n = 0; n < BEEPS; n += 1) beep(sound, n * 0.4);
  if (document.visibilityState === "hidden" && mayNotify()) notify(text);
}

/** The turn is over, in whichever way. */
export const hush = () => setIcon(ICON);

function setIcon(href: string): void {
  byId("icon").setAttribute("href", href);
}

function beep(context: AudioContext, inSeconds: number): void {
  const tone = context.createOscillator();
  const volume = context.createGain();
  volume.gain.value = 0.15;
  tone.frequency.value = 880;
  tone.connect(volume).connect(context.destination);
  tone.start(context.currentTime + inSeconds);
  tone.stop(context.currentTime + inSeconds + 0.2);
}

function notify(text: string): void {
  try {
    const notification = new Notification(text, { icon: ICON, tag: "turn" });
    notification.onclick = () => window.focus();
  } catch {
    // Some phones allow it to service workers alone: the sound has to do.
  }
}
