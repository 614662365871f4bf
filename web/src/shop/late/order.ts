// What comes from the turn on, as one file: paying, going into a site, and orders as a page of their own.
import "./shared.ts";

export { startOrderPage } from "../pages/order.ts";
export { OrderView } from "../view/order.ts";
