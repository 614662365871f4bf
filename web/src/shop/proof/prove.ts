// Has a challenge solved by a worker.
import { ApiError } from "../../common/http.ts";
import { type Challenge, solution, type Told } from "./solver.ts";

const WORKER = "/assets/proof.js";

/** Returns the solution as the server reads it; `watch` hears how far the work is. */
export async function prove(challenge: Challenge, watch: (share: number) => void): Promise<string> {
  const startedMs = performance.now();
  const number = await solveApart(challenge, watch);
  return solution(challenge, number, Math.round(performance.now() - startedMs));
}

function solveApart(challenge: Challenge, watch: (share: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(WORKER);
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
