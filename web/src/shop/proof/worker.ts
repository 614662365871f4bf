// Solves one challenge in a thread of its own, so that the page stays alive meanwhile. A bundle of its own,
// which only those load who are asked for work.
import { type Challenge, solution } from "./challenge.ts";
import { solve, type Told } from "./solver.ts";

addEventListener("message", ({ data }: MessageEvent<Challenge>) => {
  const tell = (told: Told) => postMessage(told);
  const startedMs = performance.now();
  const number = solve(data, (share) => tell({ share }));
  const tookMs = Math.round(performance.now() - startedMs);
  tell({ solution: number === null ? null : solution(data, number, tookMs) });
});
