import { TravelAgentError } from "@travelagent/protocol";
import type { HttpRoute } from "./route.ts";
import { widgetScript } from "./widget-script.ts";

/** The chat in pages of other sites. */
export interface WidgetOptions {
  /** Sites that may show the chat in a frame, such as `https://www.example.com`. */
  allowedOrigins: readonly string[];
}

/** As they stand in a policy header. Raises `CONFIG_INVALID` for what is no plain origin: it could widen the policy. */
export function frameOrigins(allowedOrigins: readonly string[]): string[] {
  return allowedOrigins.map((given) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (url && /^https?:\/\/[\w.:[\]-]+$/.test(url.origin) && `${url.origin}/` === url.href) return url.origin;
    throw new TravelAgentError("CONFIG_INVALID", `gateway.http.widget.allowedOrigins: "${given}" is no origin such as https://www.example.com`);
  });
}

/** `/widget.js`: one script tag puts the chat into a page. */
export const widgetRoutes = (): HttpRoute[] => [
  {
    method: "GET",
    path: "/widget.js",
    auth: "none",
    handle: () => ({
      headers: {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=300",
        "cross-origin-resource-policy": "cross-origin",
      },
      body: widgetScript,
    }),
  },
];
