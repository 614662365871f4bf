// The seller's calls.
import { call, queryOf } from "./call.ts";
import type { DropInput, Product, ProductInput, SellerOrder, Site, SiteInput } from "./seller_types.ts";
import type { Drop, History, Numbers, Page, Span } from "./types.ts";

const drops = "/v1/seller/drops";
const products = "/v1/seller/products";

export const listDrops = (cursor: string | null) =>
  call<Page<Drop>>("GET", `${drops}${queryOf({ cursor, limit: 50 })}`);

export const readDrop = (id: string) => call<Drop>("GET", `${drops}/${id}`);
export const readNumbers = (id: string) => call<Numbers>("GET", `${drops}/${id}/numbers`);

export const readHistory = (id: string, span: Span) =>
  call<History>("GET", `${drops}/${id}/history${queryOf({ ...span })}`);

export const createDrop = (body: DropInput, idempotencyKey: string) =>
  call<Drop>("POST", drops, { body, idempotencyKey });

export const protectSite = (body: SiteInput, idempotencyKey: string) =>
  call<Site>("POST", "/v1/seller/sites", { body, idempotencyKey });

export const scheduleDrop = (id: string, body: { opens_at: string; closes_at?: string }) =>
  call<Drop>("POST", `${drops}/${id}/schedule`, { body });

export const pauseDrop = (id: string, body: unknown) => call<Drop>("POST", `${drops}/${id}/pause`, { body });
export const resumeDrop = (id: string, body: unknown) =>
  call<Drop>("POST", `${drops}/${id}/resume`, { body });

export const cancelDrop = (id: string, reason: string) =>
  call<Drop>("POST", `${drops}/${id}/cancel`, { body: { reason } });

export const editDrop = (id: string, texts: { title: string; description: string }) =>
  call<Drop>("PATCH", `${drops}/${id}`, { body: texts });

export const listProducts = (cursor: string | null) =>
  call<Page<Product>>("GET", `${products}${queryOf({ cursor, limit: 50 })}`);

export const createProduct = (body: ProductInput, idempotencyKey: string) =>
  call<Product>("POST", products, { body, idempotencyKey });

export const editProduct = (id: string, texts: { name: string; description: string }) =>
  call<Product>("PATCH", `${products}/${id}`, { body: texts });

/** Which orders of a drop are wanted; null stands for all. */
export interface OrderFilter {
  state: string | null;
  joined_from: string | null;
  joined_before: string | null;
}

export const listOrders = (id: string, filter: OrderFilter, cursor: string | null) =>
  call<Page<SellerOrder>>("GET", `${drops}/${id}/orders${queryOf({ ...filter, cursor, limit: 50 })}`);
