// Joining: one click, then as many quiet attempts as it takes, at the pace that the server asks
// for. Joining is idempotent for a shopper, so an attempt whose answer was lost costs nothing.
import { retryPause } from "../../common/backoff.ts";
import { pause } from "../../common/clock.ts";
import { duration, percent } from "../../common/format.ts";
import { ApiError } from "../../common/http.ts";
import type { Admission } from "../api/admission.ts";
import { redeemCode } from "../api/storefront.ts";
import type { Drop, Ticket } from "../api/types.ts";
import { t, tOr } from "../texts/index.ts";
import type { Joining } from "../view/drop.ts";
import { hasSession } from "./remembered.ts";
import { makeSession } from "./session.ts";

export interface JoinListener {
  joined(ticket: Ticket): void;
  changed(): void;
  /** The drop itself refuses: load it again. */
  ended(): void;
}

const SESSION_CODES = ["session_required", "session_invalid"];
/** The refusal of a grant that is too old. */
const GRANT_INVALID = "grant_invalid";
const ENDED_CODES = ["drop_closed", "sold_out", "drop_not_found", "drop_draining"];

export class Joiner implements Joining {
  busy = false;
  problem: string | null = null;
  variant: string | null;
  units = 1;
  code = "";
  /** What the code was redeemed for, by this session. */
  private grant: { code: string; token: string } | null = null;

  constructor(
    private readonly drop: Drop,
    private readonly admission: Admission,
    private readonly listener: JoinListener,
  ) {
    const [first, ...others] = drop.variants;
    this.variant = others.length === 0 ? (first?.id ?? null) : null;
  }

  async join(units: number): Promise<void> {
    const { variant } = this;
    if (this.busy || variant === null) return;
    this.note(true, null);
    let needsSession = !hasSession();
    let sessionsRefused = 0;
    let grantsRenewed = 0;
    for (let failures = 1; ; failures += 1) {
      try {
        if (needsSession) await this.makeSession();
        needsSession = false;
        const grant = await this.grantFor(this.code.trim());
        return this.listener.joined(await this.admission.join(this.drop, variant, units, grant));
      } catch (error) {
        const refusal = error instanceof ApiError ? error : new ApiError(0, "network", null);
        if (SESSION_CODES.includes(refusal.code) && sessionsRefused < 2) {
          sessionsRefused += 1;
          needsSession = true;
        } else if (isWorthRetrying(refusal)) {
          await this.wait(refusal, failures);
        } else if (refusal.code === GRANT_INVALID && grantsRenewed === 0) {
          grantsRenewed += 1;
          this.grant = null;
        } else {
          return this.giveUp(refusal);
        }
      }
    }
  }

  /** Returns leave to join the lane of a code; a grant that is there already is used again. */
  private async grantFor(code: string): Promise<string | undefined> {
    if (code === "") return undefined;
    if (this.grant?.code !== code) {
      const { lane_grant: token } = await redeemCode(this.drop.id, code);
      this.grant = { code, token };
    }
    return this.grant.token;
  }

  private async makeSession(): Promise<void> {
    // A grant is of no use to another shopper.
    this.grant = null;
    await makeSession((share) => this.note(true, t("join.proving", { share: percent(share) })));
    this.note(true, null);
  }

  private async wait(refusal: ApiError, failures: number): Promise<void> {
    const pauseMs = Math.max(500, retryPause(failures, refusal.retryAfterMs, Math.random()));
    const reason = tOr(`error.${refusal.code}`, "error.network");
    this.note(true, `${reason} ${t("join.waiting_retry", { seconds: duration(pauseMs) })}`);
    await pause(pauseMs);
  }

  private giveUp(refusal: ApiError): void {
    const wait = duration(refusal.retryAfterMs ?? 0);
    this.note(false, tOr(`error.${refusal.code}`, "error.other", { wait }));
    if (ENDED_CODES.includes(refusal.code)) this.listener.ended();
  }

  private note(busy: boolean, problem: string | null): void {
    this.busy = busy;
    this.problem = problem;
    this.listener.changed();
  }
}

/** What a drop refuses for now: our clock may be slightly ahead of the server's, and a stop may end. */
const PASSING_CODES = ["drop_not_open", "drop_stopped"];

const isWorthRetrying = (refusal: ApiError) => refusal.isTransient || PASSING_CODES.includes(refusal.code);
