import type { Answer, RefusalKind } from "../kit/index.ts";

export interface Fault {
  status: number;
  code: number;
  title: string;
  detail?: string;
  source?: { pointer?: string; parameter?: string; example?: string };
}

/** Flight and hotel endpoints answer in this type, without a charset. */
export const mediaType = "application/vnd.amadeus+json";

export const faulty = (...faults: Fault[]): Answer => ({ status: faults[0]!.status, contentType: mediaType, body: { errors: faults } });

export const missing = (pointer: string): Answer =>
  faulty({ status: 400, code: 32171, title: "MANDATORY DATA MISSING", detail: "Missing mandatory data", source: { pointer } });
export const missingParameter = (parameter: string): Answer =>
  faulty({ status: 400, code: 32171, title: "MANDATORY DATA MISSING", detail: `Missing mandatory query parameter ${parameter}`, source: { parameter } });
export const malformed = (pointer: string, detail = "invalid format"): Answer =>
  faulty({ status: 400, code: 477, title: "INVALID FORMAT", detail, source: { pointer } });
export const invalid = (detail: string): Answer => faulty({ status: 400, code: 4926, title: "INVALID DATA RECEIVED", detail });
export const notSold = (segment: number): Answer =>
  faulty({ status: 400, code: 34651, title: "SEGMENT SELL FAILURE", detail: `Could not sell segment ${segment}` });
export const notFound = (): Answer => faulty({ status: 404, code: 1797, title: "NOT FOUND", detail: "no response found for this query parameter" });

const gateway: Record<RefusalKind, Omit<Fault, "detail">> = {
  unauthorized: { status: 401, code: 38190, title: "Invalid access token" },
  auth_expired: { status: 401, code: 38192, title: "Access token expired" },
  rate_limited: { status: 429, code: 38194, title: "Too many requests" },
  server_error: { status: 500, code: 141, title: "SYSTEM ERROR HAS OCCURRED" },
  not_found: { status: 404, code: 38196, title: "Resource not found" },
  bad_request: { status: 400, code: 38191, title: "Invalid HTTP header" },
};

export const refuse = (kind: RefusalKind, message: string): Answer => faulty({ ...gateway[kind], detail: message });
