// A QR code of a link, drawn here: what is in the link is told to nobody. It comes with what only those load who
// move to another device.
import { type Bitmap2D, correction, generate, mode } from "lean-qr";
import { toSvgPath } from "lean-qr/extras/svg";

const SVG = "http://www.w3.org/2000/svg";
/** Empty squares on each side, which readers need. */
const QUIET = 4;

/**
 * Returns the squares of a code that can be read with a seventh of it hidden. The text is in it as bytes, without a
 * word on what they are: that is what all readers take a link from.
 */
export const qrOf = (text: string): Bitmap2D =>
  generate(mode.bytes(new TextEncoder().encode(text)), { minCorrectionLevel: correction.M });

/** Draws a code; `label` is what screen readers say of it. */
export function drawQr(text: string, label: string): SVGElement {
  const code = qrOf(text);
  const side = String(code.size + 2 * QUIET);
  const corner = String(-QUIET);
  const ground = shape("rect", { x: corner, y: corner, width: side, height: side, fill: "#fff" });
  const squares = shape("path", { d: toSvgPath(code), fill: "#000" });
  const box = { viewBox: `${corner} ${corner} ${side} ${side}`, "shape-rendering": "crispEdges" };
  const svg = shape("svg", { ...box, class: "handoff-qr", role: "img", "aria-label": label });
  svg.append(ground, squares);
  return svg;
}

function shape(name: "svg" | "rect" | "path", attributes: Record<string, string>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element as SVGElement;
}
