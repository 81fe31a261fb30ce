import type { ConnectParams } from "@travelagent/protocol";

/** What this client can speak. Written out here because the protocol's own constants come with every schema, which a browser should not load. */
export const protocolRange = { min: 3, max: 4 } as const;

/** Answered twice: accepted, then the outcome. Written out for the same reason. */
export const twoStageMethods: ReadonlySet<string> = new Set(["agent"]);

/** What a node offers. `permissions` that are false forbid the commands they are named after, such as `camera` or `camera.snap`. */
export interface NodeDeclaration {
  caps?: readonly string[];
  commands: readonly string[];
  permissions?: Readonly<Record<string, boolean>>;
}

export interface HandshakeOptions {
  role: "operator" | "visitor" | "node";
  /** Of a node: what it says it can do. */
  node?: NodeDeclaration;
  client: ConnectParams["client"];
  auth?: { token?: string; password?: string };
  scopes?: readonly string[];
  timeZone?: string;
  locale?: string;
}

export function connectParams({ role, node, client, auth, scopes, timeZone, locale }: HandshakeOptions): ConnectParams {
  const wanted = scopes ?? (role === "operator" ? ["operator.admin"] : undefined);
  return {
    minProtocol: protocolRange.min,
    maxProtocol: protocolRange.max,
    client,
    role,
    ...(node === undefined ? {} : nodeParams(node)),
    ...(auth === undefined ? {} : { auth }),
    ...(wanted === undefined ? {} : { scopes: [...wanted] }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(locale === undefined ? {} : { locale }),
  };
}

const nodeParams = ({ caps = [], commands, permissions }: NodeDeclaration) => ({
  caps: [...caps],
  commands: [...commands],
  ...(permissions === undefined ? {} : { permissions: { ...permissions } }),
});
