// /drops/{id}: from the countdown through the line to the order, on one page.
import { fullJitter } from "../../common/backoff.ts";
import { pause, serverNow, timed } from "../../common/clock.ts";
import { byId, el, setText, show } from "../../common/dom.ts";
import { ApiError } from "../../common/http.ts";
import { onLanguageChange } from "../../common/language.ts";
import { type Panel, PanelHost } from "../../common/panel.ts";
import { link, notePanel, quote } from "../../common/parts.ts";
import { Admission, admissionUrl } from "../api/admission.ts";
import * as storefront from "../api/storefront.ts";
import type { Drop, Ticket } from "../api/types.ts";
import { prepareKey } from "../possession/device.ts";
import { known, t } from "../texts/index.ts";
import {
  endedPanel,
  endWords,
  isOver,
  openPanel,
  otherDrops,
  scheduledPanel,
  stateNow,
} from "../view/drop.ts";
import { placePicture } from "../view/picture.ts";
import { isForVisits, priceOf, sayOf } from "../view/visits.ts";
import { type End, InLine } from "./in_line.ts";
import { Joiner } from "./join.ts";
import { forgetTicket, hasSession, mayHaveTicket, onOtherTab, rememberedTicket } from "./remembered.ts";
import { makeSession } from "./session.ts";

type Ended = Exclude<End, { kind: "again" | "new_ticket" }>;

const REFRESH_MS = 12_000;

export function startDropPage(id: string): void {
  void new DropPage(id).start();
}

class DropPage {
  private readonly host = new PanelHost(byId("panel"));
  private drop: Drop | null = null;
  private admission: Admission | null = null;
  private inLine: InLine | null = null;
  private joiner: Joiner | null = null;
  private end: Ended | null = null;
  private refreshTimer = 0;
  private stateShown = "";

  constructor(private readonly id: string) {}

  async start(): Promise<void> {
    onLanguageChange(() => this.draw(true));
    onOtherTab(this.id, () => void this.findTicket());
    setInterval(() => this.noticeOpening(), 500);
    if (!(await this.load())) return;
    // Who was never in this line has no ticket to ask for.
    if (mayHaveTicket(this.id)) await this.findTicket();
    else this.draw();
    this.planRefresh();
    void this.prepareSession();
  }

  /** Loads until it works; false when there is no such drop. */
  private async load(): Promise<boolean> {
    for (let failures = 1; ; failures += 1) {
      try {
        const [config] = await Promise.all([storefront.clientConfig(), this.refreshDrop()]);
        this.admission = new Admission(admissionUrl(config.admission_url, location.hostname));
        return true;
      } catch (error) {
        if (error instanceof ApiError && !error.isTransient) {
          this.host.show("missing", missingPanel);
          return false;
        }
        this.host.show("failed", () => notePanel(t("error.network"), []));
        await pause(1_000 + fullJitter(failures, Math.random()));
      }
    }
  }

  private async refreshDrop(): Promise<void> {
    this.drop = await timed(() => storefront.getDrop(this.id));
    this.writeHeader(this.drop);
  }

  /** Asks whether this browser already has a ticket: after a reload, or from another tab. */
  private async findTicket(): Promise<void> {
    if (this.admission === null || this.drop === null) return;
    try {
      this.enter(await this.admission.ticket(this.id, null));
    } catch (error) {
      const remembered = rememberedTicket(this.id);
      if (error instanceof ApiError && error.isTransient && remembered !== null) this.enter(remembered);
      else if (this.inLine === null) this.draw();
    }
  }

  /** Shows a ticket, whether new, found again or long over. */
  private enter(ticket: Ticket): void {
    if (this.drop === null || this.admission === null) return;
    if (this.inLine !== null && this.inLine.ticketId === ticket.ticket_id) return;
    if (ticket.state === "left" && this.inLine === null && this.end === null) return this.draw();
    this.inLine?.stop();
    this.end = null;
    this.joiner = null;
    this.inLine = new InLine(this.drop, this.admission, this.host, ticket, (end) => this.leaveLine(end));
    this.inLine.start(ticket);
    this.writeHeader(this.drop);
  }

  private leaveLine(end: End): void {
    if (end.kind === "new_ticket") return this.enter(end.ticket);
    this.inLine?.stop();
    this.inLine = null;
    // Who joins again starts from the open drop, like everybody else.
    this.end = end.kind === "again" ? null : end;
    forgetTicket(this.id);
    this.draw();
    void this.refreshDrop()
      .then(() => this.draw(true))
      .catch(() => {});
  }

  private draw(redraw = false): void {
    const { drop, end } = this;
    if (drop === null) return;
    this.writeHeader(drop);
    if (this.inLine !== null) return this.inLine.redraw();
    document.title = `${drop.title} · Sluice`;
    const state = stateNow(drop, serverNow());
    this.stateShown = state;
    if (end !== null) return this.host.show(`end:${end.kind}`, () => this.endPanel(drop, end), redraw);
    if (state === "scheduled") return this.host.show("scheduled", () => scheduledPanel(drop), redraw);
    if (state !== "open") return this.host.show(state, () => endedPanel(drop, state), redraw);
    const joiner = this.ensureJoiner(drop);
    const read = () => this.drop ?? drop;
    const join = (units: number) => void joiner.join(units);
    this.host.show("open", () => openPanel(read, joiner, join), redraw);
  }

  private ensureJoiner(drop: Drop): Joiner {
    if (this.joiner === null && this.admission !== null) {
      this.joiner = new Joiner(drop, this.admission, {
        joined: (ticket) => this.enter(ticket),
        changed: () => this.host.update(),
        ended: () => void this.refreshDrop().then(() => this.draw()),
      });
    }
    if (this.joiner === null) throw new Error("the drop page draws only after it has loaded");
    return this.joiner;
  }

  private endPanel(drop: Drop, end: Ended): Panel {
    const say = sayOf(drop);
    const join = () => this.leaveLine({ kind: "again" });
    const again = el("button", { type: "button", class: "button", onclick: join }, t("join.again"));
    const open = stateNow(drop, serverNow()) === "open";
    const next = open && end.kind !== "closed" ? [again] : [];
    const after = [...next, ...otherDrops(drop)];
    if (end.kind !== "closed") return notePanel(t(`${end.kind}.title`), [say(`${end.kind}.hint`)], ...after);
    const title = say(known(`closed.title.${end.reason}`, "closed.title.other"));
    const hint = say(known(`closed.reason.${end.reason}`, "closed.reason.other"));
    const words = quote("");
    const panel = notePanel(title, [hint, words], ...after);
    // The line tells of its end a moment before the drop does.
    const update = () => {
      const text = this.drop === null ? null : endWords(this.drop);
      show(words, text !== null);
      setText(words, text ?? "");
    };
    return { ...panel, update };
  }

  /** Redraws when the drop opens or closes, by the server's clock. */
  private noticeOpening(): void {
    if (this.drop === null || this.inLine !== null || this.end !== null || this.stateShown === "") return;
    if (stateNow(this.drop, serverNow()) !== this.stateShown) this.draw();
  }

  /** Keeps the number of units left up to date for shoppers who have not joined. */
  private planRefresh(): void {
    clearTimeout(this.refreshTimer);
    this.refreshTimer = window.setTimeout(
      async () => {
        const idle = this.inLine === null && document.visibilityState === "visible";
        if (idle)
          await this.refreshDrop().then(
            () => this.draw(),
            () => {},
          );
        this.planRefresh();
      },
      REFRESH_MS * (0.75 + Math.random() / 2),
    );
  }

  /** A session made before the opening is one request less in the rush. Who has one will need its key. */
  private async prepareSession(): Promise<void> {
    if (!hasSession()) await pause(Math.random() * 3_000);
    if (hasSession()) return prepareKey();
    await makeSession().catch(() => {});
  }

  private writeHeader(drop: Drop): void {
    setText(byId("title"), drop.title);
    setText(byId("seller"), t("drop.by", { seller: drop.seller.name }));
    // A site has no price, and its name is in what there is to do.
    const isSale = !isForVisits(drop);
    setText(byId("price"), isSale ? priceOf(drop) : "");
    const over = isOver(drop, this.end?.kind === "closed" ? this.end.reason : null, serverNow());
    const units = over
      ? t("drop.offered", { total: drop.units_total })
      : t("drop.left", { count: drop.units_left, total: drop.units_total });
    // In line the stream tells what is left, and a count that stands still would mislead.
    show(byId("units"), this.inLine === null && isSale);
    setText(byId("units"), units);
    setText(byId("description"), drop.description ?? "");
    // How places are given; the page of a drop that was over came without it.
    document.querySelector("#about [data-t]")?.toggleAttribute("hidden", over);
    placePicture(byId("picture"), drop);
    show(byId("about"), true);
  }
}

const missingPanel = () =>
  notePanel(t("drop.missing.title"), [t("drop.missing.hint")], link("/", t("drop.next")));
