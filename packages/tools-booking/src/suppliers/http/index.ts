export { type SupplierHttp, type SupplierHttpOptions, type SupplierRequest, supplierHttp, understand } from "./client.ts";
export type { VendorProblem } from "./failure.ts";
export { databaseMemory, migrateSupplierMemory, type SupplierMemory, volatileMemory } from "./memory.ts";
export { moneyOf } from "./money-of.ts";
export { afterAttempt, afterSaleOnce, createPurchases, type PurchaseOptions, type Purchases } from "./once.ts";
export { createQuoteBook, type QuoteBook, type QuoteTerms } from "./quotes.ts";
export type { Reply } from "./reply.ts";
export { type FreshToken, singleFlightToken, type TokenSource } from "./token.ts";
