import { type Money, TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { SupplierCall, SupplierOrder } from "../../supplier.ts";
import type { SupplierMemory } from "../http/index.ts";
import type { DuffelClient } from "./client.ts";
import type { WireOrder } from "./wire-air.ts";

export interface DuffelParts {
  client: DuffelClient;
  memory: SupplierMemory;
  clock: Clock;
  log: Logger;
  live: boolean;
}

/** What after-sale needs of flight orders. */
export interface FlightOrders {
  fetch(reference: string, call: SupplierCall): Promise<WireOrder>;
  toOrder(wire: WireOrder): Promise<SupplierOrder>;
  /** The price at which our key was ordered. */
  agreed(key: string): Promise<Money | undefined>;
}

export const rejected = (code: string, message: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", message, { details: { code } });
export const expired = (): TravelAgentError => new TravelAgentError("OFFER_EXPIRED", "the offer is no longer valid; search again for a new one");

/** Read-backs belong to a key and not to one call: several callers may wait for the same one, so none of them may end it. */
export const ownCall = (key: string): SupplierCall => ({ signal: new AbortController().signal, requestId: key });
