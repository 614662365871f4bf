// What an operator may let a drop do.
import type { Mode } from "../../api/types.ts";

export interface ModeAct {
  /** The last part of its route. */
  act: "pause" | "hold" | "drain" | "maintenance" | "emergency-stop" | "resume";
  mode: Mode;
  /** Refuses everybody who would join until somebody resumes: asked for by the drop's name. */
  isDangerous: boolean;
  takesUntil: boolean;
}

export const MODE_ACTS: readonly ModeAct[] = [
  { act: "pause", mode: "paused", isDangerous: false, takesUntil: false },
  { act: "hold", mode: "hold", isDangerous: false, takesUntil: false },
  { act: "drain", mode: "drain", isDangerous: true, takesUntil: false },
  { act: "maintenance", mode: "maintenance", isDangerous: true, takesUntil: true },
  { act: "emergency-stop", mode: "stopped", isDangerous: true, takesUntil: false },
  { act: "resume", mode: "running", isDangerous: false, takesUntil: false },
];

/** Returns what can be done in a mode: all but what is done already. A drop that is over has no mode. */
export const actsIn = (mode: Mode) => MODE_ACTS.filter((act) => act.mode !== mode);
