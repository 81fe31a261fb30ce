import { type HttpRoute, json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";

/** Events of suppliers are hints of a few kilobytes. */
const maxBodyBytes = 256 * 1024;
/** Suppliers give up after five seconds or more, and send it again. */
const patienceMs = 5000;

/**
 * `/webhooks/<supplier>` for every supplier that sends webhooks. Its adapter checks the signature over the body as it came. 200 only
 * once what it tells is durable; whatever fails before that is answered with an error, so that it comes again. A repeat is acknowledged.
 */
export const supplierWebhooks = ({ receiveSupplierNews, suppliers }: Pick<Bookings, "receiveSupplierNews" | "suppliers">, log: Logger): HttpRoute[] =>
  suppliers()
    .filter(({ webhooks }) => webhooks)
    .map(({ id }) => ({
      method: "POST",
      path: `/webhooks/${id}`,
      auth: "none",
      async handle(request) {
        const body = await request.body(maxBodyBytes, patienceMs);
        const headers = Object.fromEntries(
          Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]])),
        );
        try {
          const { repeated } = await receiveSupplierNews(id, { headers, body: body.toString("utf8") }, AbortSignal.timeout(patienceMs));
          return json({ ok: true, ...(repeated ? { repeated } : {}) });
        } catch (error) {
          const { code } = TravelAgentError.from(error);
          log.warn("a supplier's webhook was refused", { supplier: id, code, requestId: request.requestId, "pii.address": request.peer.address });
          throw error;
        }
      },
    }));
