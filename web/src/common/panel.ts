// The part of a page that shows one panel at a time, such as the line, the turn or the receipt.

export interface Panel {
  root: HTMLElement;
  /** Gets the focus when the panel appears, so that keyboard and screen reader follow. */
  heading: HTMLElement;
  /** Writes what changes while the panel stays, such as times and counts. */
  update(): void;
}

export class PanelHost {
  private panel: Panel | null = null;
  private kind: string | null = null;

  constructor(private readonly mount: HTMLElement) {
    setInterval(() => this.update(), 500);
  }

  /** Shows a panel. The first one, or a mere redraw, leaves the focus where it is. */
  show(kind: string, build: () => Panel, redraw = false): void {
    if (kind === this.kind && !redraw) return this.update();
    const moves = this.kind !== null && this.kind !== kind;
    this.kind = kind;
    this.panel = build();
    this.panel.root.dataset.kind = kind;
    this.panel.heading.tabIndex = -1;
    this.mount.replaceChildren(this.panel.root);
    this.update();
    if (moves) this.panel.heading.focus({ preventScroll: false });
  }

  update(): void {
    this.panel?.update();
  }
}
