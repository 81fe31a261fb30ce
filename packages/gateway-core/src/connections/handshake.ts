import { type ConnectionRole, ConnectParams, MAX_PROTOCOL_VERSION, PROTOCOL_VERSION, type Scope, scopes, TravelAgentError } from "@travelagent/protocol";
import type { Authenticator, Principal } from "../auth/auth.ts";
import type { Peer } from "../auth/peer.ts";
import type { Visitors } from "../auth/visitors.ts";
import { describeIssues } from "../router/issues.ts";

/** What a client became. */
export interface Admitted {
  readonly protocol: number;
  readonly role: ConnectionRole;
  readonly scopes: readonly Scope[];
  readonly actor: string;
  /** Absent for a visitor. */
  readonly principal?: Principal;
  readonly visitorId?: string;
  readonly visitorSessionKey?: string;
  /** Of a node. */
  readonly nodeId?: string;
  readonly params: ConnectParams;
}

export type HandshakeResult = { ok: true; admitted: Admitted } | { ok: false; error: TravelAgentError; closeCode: number };

export interface HandshakeContext {
  readonly auth: Authenticator;
  /** Absent: there is no web chat. */
  readonly visitors?: Visitors | undefined;
  readonly peer: Peer;
  /** The console's cookie; only taken into account when the request came with an `Origin` that was checked. */
  readonly sessionCookie?: string | undefined;
  readonly visitorCookie?: string | undefined;
}

/** All checks of `connect`, in order: version, shape, role, credentials, scopes. The first that fails is the answer. */
export function checkConnect(params: unknown, context: HandshakeContext): HandshakeResult {
  try {
    const protocol = negotiate(params);
    const parsed = ConnectParams.safeParse(params);
    if (!parsed.success) {
      const { text, details } = describeIssues(parsed.error);
      throw new TravelAgentError("INVALID_REQUEST", `invalid connect params: ${text}`, { details });
    }
    return { ok: true, admitted: admit(parsed.data, protocol, context) };
  } catch (thrown) {
    const error = TravelAgentError.from(thrown);
    return { ok: false, error, closeCode: error.code === "PROTOCOL_MISMATCH" ? 1002 : 1008 };
  }
}

/** Comes before the shape: a client of another generation should hear that, and not which of its keys we do not know. */
function negotiate(params: unknown): number {
  const { minProtocol, maxProtocol } = (typeof params === "object" && params !== null ? params : {}) as Record<string, unknown>;
  if (typeof minProtocol !== "number" || typeof maxProtocol !== "number") return PROTOCOL_VERSION;
  if (minProtocol <= MAX_PROTOCOL_VERSION && maxProtocol >= PROTOCOL_VERSION && minProtocol <= maxProtocol) return Math.min(maxProtocol, MAX_PROTOCOL_VERSION);
  throw new TravelAgentError("PROTOCOL_MISMATCH", "protocol mismatch", {
    details: {
      code: "PROTOCOL_MISMATCH",
      clientMinProtocol: minProtocol,
      clientMaxProtocol: maxProtocol,
      expectedProtocol: PROTOCOL_VERSION,
      maximumProtocol: MAX_PROTOCOL_VERSION,
    },
  });
}

function admit(params: ConnectParams, protocol: number, context: HandshakeContext): Admitted {
  const role = params.role ?? "operator";
  if (role === "visitor") return { protocol, role, scopes: [], params, ...visitor(context) };
  if (role !== "operator")
    throw new TravelAgentError("INVALID_REQUEST", `invalid role: this gateway serves operator and visitor, not "${role.slice(0, 40)}"`, {
      details: { code: "INVALID_ROLE" },
    });
  const principal = operator(params, context);
  return { protocol, role, scopes: grantedScopes(params.scopes ?? [], protocol), actor: principal.actor, principal, params };
}

function operator({ auth: given, device }: ConnectParams, { auth, peer, sessionCookie }: HandshakeContext): Principal {
  const showsNothing = !given?.token && !given?.password && sessionCookie === undefined;
  if (auth.mode !== "none" && showsNothing && (device || given?.deviceToken || given?.bootstrapToken)) {
    throw new TravelAgentError("UNAUTHORIZED", `this gateway does not pair devices: connect with its ${auth.mode}`, {
      details: { code: "DEVICE_PAIRING_UNSUPPORTED" },
    });
  }
  return auth.verify({ token: given?.token, password: given?.password, session: sessionCookie }, peer);
}

function visitor({ visitors, visitorCookie }: HandshakeContext): { actor: string; visitorId: string; visitorSessionKey: string } {
  if (!visitors) throw new TravelAgentError("FORBIDDEN", "this gateway has no web chat");
  const visitorId = visitorCookie === undefined ? undefined : visitors.verify(visitorCookie);
  if (visitorId === undefined)
    throw new TravelAgentError("UNAUTHORIZED", "unauthorized: open the chat page first, it sets the cookie a visitor is known by", {
      details: { code: "VISITOR_COOKIE_MISSING" },
    });
  return { actor: `visitor:${visitorId}`, visitorId, visitorSessionKey: visitors.sessionKeyOf(visitorId) };
}

/** Unknown scopes are left out: newer clients ask for some that nothing here needs. Asking for none means all in protocol 3, and none in 4. */
function grantedScopes(requested: readonly string[], protocol: number): readonly Scope[] {
  if (requested.length === 0) return protocol === 3 ? ["operator.admin"] : [];
  return scopes.filter((scope) => requested.includes(scope));
}
