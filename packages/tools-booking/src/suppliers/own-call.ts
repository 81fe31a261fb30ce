import type { SupplierCall } from "../supplier.ts";

/** A look-up the adapter makes for itself, which no caller gives up; the HTTP client ends it in time. */
export const ownCall = (about: string): SupplierCall => ({ signal: new AbortController().signal, requestId: `find-${about}` });
