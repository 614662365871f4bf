// What takes a place along to another device, as one file: the code, and the QR code of its link.
import "./shared.ts";

export { showHandoff } from "../view/handoff.ts";
