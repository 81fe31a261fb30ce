import { type Client, createClient } from "@travelagent/client";

export interface Gateway {
  readonly client: Client;
  /** Called on every new connection and when events were missed: read again what is shown. */
  onRefresh(listener: () => void): () => void;
}

/** The gateway this page came from. The cookie of the page says who we are, so no secret passes through here. */
/** `portal`: a visitor too, by the cookie of the customer's own page. */
export function createGateway(as: "operator" | "visitor" | "portal"): Gateway {
  const role = as === "operator" ? "operator" : "visitor";
  const listeners = new Set<() => void>();
  const refresh = () => {
    for (const listener of [...listeners]) listener();
  };
  const client = createClient({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/`,
    role,
    ...(role === "operator" ? { scopes: ["operator.read", "operator.write", "operator.approvals"] } : {}),
    client: {
      id: role === "visitor" ? "webchat-ui" : "openclaw-control-ui",
      version: "0.1.0",
      platform: "web",
      mode: as === "portal" ? "portal" : role === "visitor" ? "webchat" : "ui",
    },
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: navigator.language,
    reconnect: { baseMs: 500, maxMs: 8000 },
    onGap: refresh,
  });
  client.onState((state) => {
    if (state.status === "ready") refresh();
  });
  return {
    client,
    onRefresh(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
