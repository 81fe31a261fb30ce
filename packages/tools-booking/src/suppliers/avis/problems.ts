import type { Reply, VendorProblem } from "../http/index.ts";
import { gatewayError, status } from "./wire.ts";

/** Avis has nothing there: sold out, no such place, no one-way rental. Of a search that is an empty result, and no failure. */
export const nothingThere = new Set(["223", "225", "226", "227", "14381", "22224", "609"]);

const soldOut = new Set(["223"]);
/** The rate is not given any more. */
const expired = new Set(["14105", "14528", "19074"]);

/**
 * Errors come beside a success at times: then a part went wrong and the whole did not. Such a reply is none of a problem, and what it
 * says has to be read back.
 */
export function avisProblem({ status: http, body }: Reply): VendorProblem | undefined {
  const parsed = status.safeParse(body);
  const { success, errors } = parsed.success ? parsed.data.status : {};
  if (!errors?.length || (http < 400 && success?.length)) {
    const refused = http === 401 || http === 403 ? gatewayError.safeParse(body) : undefined;
    return refused?.success ? { vendorCode: refused.data.error, message: "Avis refuses our credentials; check them in the configuration" } : undefined;
  }
  // The first error often repeats the status; the one after it says why.
  const why = errors.find(({ code }) => code !== String(http)) ?? errors[0]!;
  const code = soldOut.has(why.code) ? "SOLD_OUT" : expired.has(why.code) ? "OFFER_EXPIRED" : http < 400 ? "SUPPLIER_REJECTED" : undefined;
  return { ...(code ? { code } : {}), vendorCode: why.code, message: `Avis answered ${http} (${why.code}${why.reason ? `, ${why.reason}` : ""})` };
}

/** Whether a success carries errors too. */
export function isPartial(body: unknown): boolean {
  const parsed = status.safeParse(body);
  return parsed.success && (parsed.data.status.errors?.length ?? 0) > 0;
}
