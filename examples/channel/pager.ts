import { createHmac, timingSafeEqual } from "node:crypto";
import { type ChannelAdapter, type ChannelHost, chunkText, renderText } from "@travelagent/channel-kit";
import type { HttpRoute } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";

const Page = z.object({ id: z.string().min(1), from: z.string().min(1), text: z.string(), sentAt: z.int() });
const maxTextLength = 1000;

export type Pager = ChannelAdapter & { routes: HttpRoute[] };

/** A pager service: it posts what customers write to our webhook and takes what we send at `apiUrl`. Both sign with `secret`. */
export function pager({ apiUrl, secret }: { apiUrl: string; secret: string }): Pager {
  const sign = (body: string | Buffer) => createHmac("sha256", secret).update(body).digest();
  let host: ChannelHost | undefined;

  const webhook: HttpRoute["handle"] = async (request) => {
    const body = await request.body(64 * 1024);
    const shown = Buffer.from(String(request.headers["x-pager-signature"] ?? ""), "hex");
    const right = sign(body);
    if (shown.length !== right.length || !timingSafeEqual(shown, right)) throw new TravelAgentError("UNAUTHORIZED", "the signature is wrong");
    if (!host) throw new TravelAgentError("UNAVAILABLE", "the pager channel is not running; deliver this again later");
    const { id, from, text, sentAt } = Page.parse(JSON.parse(body.toString()));
    const address = { channel: "pager", accountId: "default", chatType: "direct" as const, peerId: from };
    await host.receive({ address, externalId: id, senderId: from, text, sentAt });
    return { status: 204 }; // the message is stored: now the service may forget it
  };

  return {
    contract: 1,
    id: "pager",
    accountId: "default",
    features: { maxTextLength, threads: false, cards: false },
    routes: [{ method: "POST", path: "/webhooks/pager/default", auth: "none", handle: webhook }],
    async start(given) {
      host = given;
    },
    async stop() {
      host = undefined;
    },
    async send(to, message, { id, signal }) {
      if (!host || signal.aborted) return { status: "failed", reason: "the pager channel is not running", retryable: true };
      try {
        for (const [part, text] of chunkText(renderText(message), { maxLength: maxTextLength }).entries()) {
          const body = JSON.stringify({ reference: `${id}.${part}`, to: to.peerId, text }); // the service drops a reference it has seen
          const headers = { "content-type": "application/json", "x-pager-signature": sign(body).toString("hex") };
          const { status } = await fetch(`${apiUrl}/pages`, { method: "POST", headers, body, signal });
          if (status >= 500) return { status: "unknown", reason: `the pager service broke (${status})` };
          if (status >= 300) return { status: "failed", reason: `the pager service refused it (${status})`, retryable: status === 429 };
        }
        return { status: "sent", externalId: id };
      } catch {
        return { status: "unknown", reason: "the pager service's answer was lost" };
      }
    },
  };
}
