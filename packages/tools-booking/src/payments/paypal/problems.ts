import type { Reply, SupplierRequest, VendorProblem } from "../../suppliers/http/index.ts";
import { Failure } from "./wire.ts";

/** An earlier request with the same PayPal-Request-Id is under way, or was another one: what it did has to be read. */
const keyTrouble = new Set(["PREVIOUS_REQUEST_IN_PROGRESS", "DUPLICATE_REQUEST_ID"]);

export function problemIn({ status, body }: Reply, request: SupplierRequest): VendorProblem | undefined {
  if (status < 400) return undefined;
  const read = Failure.safeParse(body);
  if (!read.success || status === 401) return undefined;
  const { name, message, details } = read.data;
  const issue = details[0]?.issue ?? name;
  const unsure = request.method !== "GET" && (status === 409 || keyTrouble.has(issue));
  return {
    ...(unsure ? { code: "OUTCOME_UNKNOWN" as const } : {}),
    vendorCode: issue,
    message:
      issue === "INSTRUMENT_DECLINED" ? "the payment was declined; ask for another way to pay" : `PayPal: ${details[0]?.description ?? message ?? issue}`,
  };
}
