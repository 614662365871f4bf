// Has a challenge solved by a worker.
import { ApiError } from "../../common/http.ts";
import { type Challenge, solution } from "./challenge.ts";
import type { Told } from "./solver.ts";

/** Where the worker is: a bundle of its own, whose name the build knows. */
declare const PROOF_WORKER: string;

/** Returns the solution as the server reads it; `watch` hears how far the work is. */
export async function prove(challenge: Challenge, watch: (share: number) => void): Promise<string> {
  const startedMs = performance.now();
  const number = await solveApart(challenge, watch);
  return solution(challenge, number, Math.round(performance.now() - startedMs));
}

function solveApart(challenge: Challenge, watch: (share: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(PROOF_WORKER);
    const end = (number: number | null) => {
      worker.terminate();
      if (number === null) reject(new ApiError(0, "proof_failed", null));
      else resolve(number);
    };
    worker.addEventListener("message", ({ data }: MessageEvent<Told>) => {
      if ("share" in data) watch(data.share);
      else end(data.number);
    });
    // It could not be loaded, or broke off.
    worker.addEventListener("error", () => end(null));
    worker.postMessage(challenge);
  });
}
