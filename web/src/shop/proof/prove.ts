// Has a challenge solved by a worker.
import { ApiError } from "../../common/http.ts";
import type { Challenge } from "./challenge.ts";
import type { Told } from "./solver.ts";

/** Where the worker is: a bundle of its own, whose name the build knows. */
declare const PROOF_WORKER: string;

/** Returns the solution as the server reads it; `watch` hears how far the work is. */
export function prove(challenge: Challenge, watch: (share: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROOF_WORKER);
    const end = (solution: string | null) => {
      worker.terminate();
      if (solution === null) reject(new ApiError(0, "proof_failed", null));
      else resolve(solution);
    };
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      if ("share" in data) watch(data.share);
      else end(data.solution);
    });
    // It could not be loaded, or broke off.
    worker.addEventListener("error", () => end(null));
    worker.postMessage(challenge);
  });
}
