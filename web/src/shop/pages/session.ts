// Making a session: once, however many ask for it at a time, and with the work that the server asks for.
import { ApiError } from "../../common/http.ts";
import { startSession } from "../api/storefront.ts";
import { type Challenge, challengeIn } from "../proof/challenge.ts";
import { prove } from "../proof/prove.ts";
import { noteSession } from "./remembered.ts";

/** Hears how far the work is, if there is any. */
type Watch = (share: number) => void;

const PROOF_CODES = ["proof_needed", "proof_invalid"];
/** The server may ask for more while the work is done; somewhere there is an end. */
const MAX_PROOFS = 3;

const watchers = new Set<Watch>();
let making: Promise<void> | null = null;

export function makeSession(watch: Watch = () => {}): Promise<void> {
  watchers.add(watch);
  making ??= make().finally(() => {
    making = null;
    watchers.clear();
  });
  return making;
}

async function make(): Promise<void> {
  const tell = (share: number) => {
    for (const watch of watchers) watch(share);
  };
  await proving(startSession, (challenge) => prove(challenge, tell));
  noteSession();
}

/** Asks, and asks again with the proof that a refusal calls for. */
export async function proving<Answer>(
  ask: (proof: string | null) => Promise<Answer>,
  work: (challenge: Challenge) => Promise<string>,
): Promise<Answer> {
  let proof: string | null = null;
  for (let nProofs = 0; ; nProofs += 1) {
    try {
      return await ask(proof);
    } catch (error) {
      const isAsked = error instanceof ApiError && PROOF_CODES.includes(error.code);
      const challenge = isAsked && nProofs < MAX_PROOFS ? challengeIn(error.problem) : null;
      if (challenge === null) throw error;
      proof = await work(challenge);
    }
  }
}
