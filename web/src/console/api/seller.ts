// The seller's calls.
import { call, queryOf } from "./call.ts";
import type {
  CodeLabel,
  CodesInput,
  DropInput,
  JoinKey,
  JoinKeyInput,
  LaneInput,
  NewCodes,
  Product,
  ProductInput,
  SellerOrder,
  Site,
  SiteInput,
  WhatIf,
  WhatIfInput,
} from "./seller_types.ts";
import type { Drop, FailureAnswer, FailureChoice, History, Numbers, Page, Span } from "./types.ts";

const drops = "/v1/seller/drops";
const products = "/v1/seller/products";
const joinKeys = "/v1/seller/join-keys";

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

/** Tells how a sale would go; nothing is made. */
export const whatIf = (body: WhatIfInput) => call<WhatIf>("POST", "/v1/seller/what-if", { body });

export const scheduleDrop = (id: string, body: { opens_at: string; closes_at?: string }) =>
  call<Drop>("POST", `${drops}/${id}/schedule`, { body });

export const pauseDrop = (id: string, body: unknown) => call<Drop>("POST", `${drops}/${id}/pause`, { body });
export const resumeDrop = (id: string, body: unknown) =>
  call<Drop>("POST", `${drops}/${id}/resume`, { body });

export const cancelDrop = (id: string, reason: string) =>
  call<Drop>("POST", `${drops}/${id}/cancel`, { body: { reason } });

export const editDrop = (id: string, texts: { title: string; description: string }) =>
  call<Drop>("PATCH", `${drops}/${id}`, { body: texts });

export const readFailurePolicy = (id: string) => call<FailureAnswer>("GET", `${drops}/${id}/failure-policy`);

export const changeFailurePolicy = (id: string, choice: FailureChoice, why: string) =>
  call<FailureAnswer>("PUT", `${drops}/${id}/failure-policy`, { body: { ...choice, why } });

export const listProducts = (cursor: string | null) =>
  call<Page<Product>>("GET", `${products}${queryOf({ cursor, limit: 50 })}`);

export const createProduct = (body: ProductInput, idempotencyKey: string) =>
  call<Product>("POST", products, { body, idempotencyKey });

export const editProduct = (id: string, texts: { name: string; description: string }) =>
  call<Product>("PATCH", `${products}/${id}`, { body: texts });

export const putProductPicture = (id: string, file: Blob) =>
  call<Product>("PUT", `${products}/${id}/picture`, { file });

export const deleteProductPicture = (id: string) => call<Product>("DELETE", `${products}/${id}/picture`);

export const putDropPicture = (id: string, file: Blob) =>
  call<Drop>("PUT", `${drops}/${id}/picture`, { file });

export const deleteDropPicture = (id: string) => call<Drop>("DELETE", `${drops}/${id}/picture`);

export const setLanes = (id: string, lanes: LaneInput[]) =>
  call<Drop>("PUT", `${drops}/${id}/lanes`, { body: { lanes } });

export const listLabels = async (id: string) =>
  (await call<{ labels: CodeLabel[] }>("GET", `${drops}/${id}/codes`)).labels;

/** Takes no key: an answer that is kept for one would hold the codes. */
export const makeCodes = (id: string, body: CodesInput) =>
  call<NewCodes>("POST", `${drops}/${id}/codes`, { body });

export const revokeLabel = (id: string, label: string, why: string) =>
  call<{ revoked: number }>("POST", `${drops}/${id}/codes/revoke`, { body: { label, why } });

export const listJoinKeys = (cursor: string | null) =>
  call<Page<JoinKey>>("GET", `${joinKeys}${queryOf({ cursor, limit: 50 })}`);

export const storeJoinKey = (body: JoinKeyInput, idempotencyKey: string) =>
  call<{ id: string }>("POST", joinKeys, { body, idempotencyKey });

export const revokeJoinKey = (id: string, why: string) =>
  call<JoinKey>("POST", `${joinKeys}/${id}/revoke`, { body: { why } });

/** Which orders of a drop are wanted; null stands for all. */
export interface OrderFilter {
  state: string | null;
  joined_from: string | null;
  joined_before: string | null;
}

export const listOrders = (id: string, filter: OrderFilter, cursor: string | null) =>
  call<Page<SellerOrder>>("GET", `${drops}/${id}/orders${queryOf({ ...filter, cursor, limit: 50 })}`);
