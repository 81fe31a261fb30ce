import type { IncomingHttpHeaders } from "node:http";
import { type HttpRoute, json } from "@travelagent/gateway-core";
import type { PluginHttpReply } from "@travelagent/plugin-kit";
import type { PluginRoute } from "@travelagent/plugin-kit/host";
import { TravelAgentError } from "@travelagent/protocol";

/** What a plugin may say of its answer. Nothing that sets a cookie, opens a page to others or lets it run scripts here. */
const replyHeaders = new Set([
  "cache-control",
  "content-disposition",
  "content-language",
  "content-type",
  "etag",
  "last-modified",
  "location",
  "retry-after",
  "vary",
]);
/** What shows who asks. */
const hidden = /^(authorization|cookie|proxy-.*)$|token|secret|password|api-?key/i;

/** A page of a plugin comes from the console's own address, so it may not act in its name. */
const guarded = { "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox" };

/** An address of a plugin as the gateway serves it. */
export function pluginRoute({ pluginId, method, path, public: open, handle }: PluginRoute): HttpRoute {
  const prefix = `/plugins/${pluginId}`;
  return {
    method,
    path,
    auth: open ? "none" : "operator",
    async handle(request) {
      const reply = await handle({
        method,
        path: request.url.pathname.slice(prefix.length),
        query: request.url.searchParams,
        headers: plain(request.headers),
        body: (maxBytes) => request.body(maxBytes),
      });
      const { status = 200, headers, body } = checked(reply, pluginId);
      const kept = Object.entries(headers ?? {}).flatMap(([name, value]) =>
        replyHeaders.has(name.toLowerCase()) ? [[name.toLowerCase(), String(value)] as const] : [],
      );
      const all = { "cache-control": "no-store", ...Object.fromEntries(kept), ...guarded };
      if (reply.json !== undefined) return json(reply.json, { status, headers: { ...all, "content-type": "application/json; charset=utf-8" } });
      return { status, headers: { "content-type": "text/plain; charset=utf-8", ...all }, body: body ?? "" };
    },
  };
}

const plain = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value === undefined || hidden.test(name) ? [] : [[name, String(value)]])));

function checked(reply: PluginHttpReply, pluginId: string): PluginHttpReply {
  const { status = 200, body = "" } = reply;
  if (Number.isInteger(status) && status >= 200 && status <= 599 && (typeof body === "string" || body instanceof Uint8Array)) return reply;
  throw new TravelAgentError("INTERNAL", `the plugin ${pluginId} gave an answer that is none`);
}
