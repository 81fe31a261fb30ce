import type { ConnectParams } from "@travelagent/protocol";

/** What this client can speak. Written out here because the protocol's own constants come with every schema, which a browser should not load. */
export const protocolRange = { min: 3, max: 4 } as const;

/** Answered twice: accepted, then the outcome. Written out for the same reason. */
export const twoStageMethods: ReadonlySet<string> = new Set(["agent"]);

export interface HandshakeOptions {
  role: "operator" | "visitor";
  client: ConnectParams["client"];
  auth?: { token?: string; password?: string };
  scopes?: readonly string[];
  timeZone?: string;
  locale?: string;
}

export function connectParams({ role, client, auth, scopes, timeZone, locale }: HandshakeOptions): ConnectParams {
  const wanted = scopes ?? (role === "operator" ? ["operator.admin"] : undefined);
  return {
    minProtocol: protocolRange.min,
    maxProtocol: protocolRange.max,
    client,
    role,
    ...(auth === undefined ? {} : { auth }),
    ...(wanted === undefined ? {} : { scopes: [...wanted] }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(locale === undefined ? {} : { locale }),
  };
}
