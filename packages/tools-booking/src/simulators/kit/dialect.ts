import type { IncomingHttpHeaders } from "node:http";
import type { Money } from "@travelagent/protocol";
import type { Scenario } from "./scenario.ts";

export interface SimulatedRequest {
  method: string;
  /** Without query. */
  path: string;
  /** The `:names` of the route, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined when there is none. */
  json: unknown;
  /** Of a form post; empty otherwise. */
  form: URLSearchParams;
  raw: string;
  /** Whether this fault is on for this request. */
  has(scenario: Scenario): boolean;
}

export interface Answer {
  status: number;
  /** JSON unless it is a string. Left out: no body. */
  body?: unknown;
  /** Default `application/json`, without a charset, as several vendors' clients insist. */
  contentType?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Route {
  method: string;
  /** `/v1/orders/:id`. */
  path: string;
  /** What tests and faults call it: `create-order`. */
  name: string;
  /** Whether an access token is needed. Default true. */
  open?: boolean;
  handle(request: SimulatedRequest): Promise<Answer> | Answer;
}

/** What the outside world saw, in its own words reduced to what every ledger has. */
export interface LedgerEntry {
  kind: "flight" | "hotel" | "car" | "payment" | "message";
  reference: string;
  /** What the client gave to find it again, where the dialect has such a field. */
  clientReference?: string;
  status: string;
  total?: Money;
  /** The part of `total` that the traveller pays on the spot. */
  onTheSpot?: Money;
  /** Of payments: what was really taken, less what went back. */
  net?: Money;
}

export type RefusalKind = "unauthorized" | "auth_expired" | "rate_limited" | "server_error" | "not_found" | "bad_request";

/** One vendor's way of speaking. */
export interface Dialect {
  vendor: string;
  routes: readonly Route[];
  /** The vendor's form of a refusal. */
  refuse(kind: RefusalKind, message: string): Answer;
  /** Undefined when the request may pass, else why not. Not asked for open routes. */
  guard?(request: SimulatedRequest): RefusalKind | undefined;
  ledger(): Promise<LedgerEntry[]>;
  /** Makes the outside world move: a schedule change, a ticket issued later. Raises for what the dialect does not know. */
  happen?(event: string, reference: string): Promise<void>;
  close?(): Promise<void> | void;
}
