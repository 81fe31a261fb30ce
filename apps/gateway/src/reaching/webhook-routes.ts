import { type HttpRoute, json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";

/** Events are hints of a few kilobytes. */
const maxBodyBytes = 256 * 1024;

export interface WebhookSenders {
  /** Who may send: `supplier`, for the log. */
  kind: "payment provider" | "supplier";
  ids: readonly string[];
  /** How long they wait before they give up and send it again. */
  patienceMs: number;
  receive: Bookings["receivePayment"];
}

/**
 * `/webhooks/<id>` for everybody who sends webhooks. Their adapter checks the signature over the body as it came. 200 only once what
 * it tells is durable; whatever fails before that is answered with an error, so that it comes again. A repeat is acknowledged.
 */
export const webhookRoutes = ({ kind, ids, patienceMs, receive }: WebhookSenders, log: Logger): HttpRoute[] =>
  ids.map((id) => ({
    method: "POST",
    path: `/webhooks/${id}`,
    auth: "none",
    async handle(request) {
      const body = await request.body(maxBodyBytes, patienceMs);
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]])),
      );
      try {
        const { repeated } = await receive(id, { headers, body: body.toString("utf8") }, AbortSignal.timeout(patienceMs));
        return json({ ok: true, ...(repeated ? { repeated } : {}) });
      } catch (error) {
        const { code } = TravelAgentError.from(error);
        log.warn("a webhook was refused", { kind, id, code, requestId: request.requestId, "pii.address": request.peer.address });
        throw error;
      }
    },
  }));
