import { type ConnectionRole, ConnectParams, MAX_PROTOCOL_VERSION, PROTOCOL_VERSION, type Scope, scopes, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Authenticator, Principal } from "../auth/auth.ts";
import type { Devices } from "../auth/devices/devices.ts";
import type { Guest, Guests } from "../auth/guests.ts";
import type { Peer } from "../auth/peer.ts";
import type { Visitors } from "../auth/visitors.ts";
import { cardFree } from "../card-free.ts";
import { describeIssues } from "../router/issues.ts";
import { type AdmittedDevice, admitDevice } from "./device-admission.ts";

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
  /** Of a visitor who is known by name. */
  readonly guest?: Guest;
  /** Of a node: the id of its device. */
  readonly nodeId?: string;
  /** Of a client that proved the identity of its device, and what it connects with from now on. */
  readonly deviceId?: string;
  readonly deviceToken?: string;
  readonly issuedAtMs?: number;
  readonly params: ConnectParams;
}

export type HandshakeResult = { ok: true; admitted: Admitted } | { ok: false; error: TravelAgentError; closeCode: number };

export interface HandshakeContext {
  readonly auth: Authenticator;
  /** Absent: there is no web chat. */
  readonly visitors?: Visitors | undefined;
  /** Absent: there is no page for customers of their own. */
  readonly guests?: Guests | undefined;
  /** Absent: device identities are not looked at, and there are no nodes. */
  readonly devices?: Devices | undefined;
  readonly peer: Peer;
  readonly clock: Clock;
  /** What this connection was challenged with. */
  readonly nonce: string;
  /** The console's cookie; only taken into account when the request came with an `Origin` that was checked. */
  readonly sessionCookie?: string | undefined;
  readonly visitorCookie?: string | undefined;
  readonly guestCookie?: string | undefined;
}

/**
 * All checks of `connect`, in order: version, shape, role, device identity, credentials, pairing. The first that fails is the
 * answer. At once unless something about a device has to be stored.
 */
export function checkConnect(params: unknown, context: HandshakeContext): HandshakeResult | Promise<HandshakeResult> {
  try {
    const protocol = negotiate(params);
    const parsed = ConnectParams.safeParse(params);
    if (!parsed.success) {
      const { text, details } = describeIssues(parsed.error);
      throw new TravelAgentError("INVALID_REQUEST", `invalid connect params: ${text}`, { details });
    }
    // What a client calls itself is shown to others and kept with its device.
    const admitted = admit({ ...parsed.data, client: cardFree(parsed.data.client) }, protocol, context);
    return admitted instanceof Promise ? admitted.then(accepted, refused) : accepted(admitted);
  } catch (thrown) {
    return refused(thrown);
  }
}

const accepted = (admitted: Admitted): HandshakeResult => ({ ok: true, admitted });

function refused(thrown: unknown): HandshakeResult {
  const error = TravelAgentError.from(thrown);
  return { ok: false, error, closeCode: (error.details as { code?: unknown } | undefined)?.code === "PROTOCOL_MISMATCH" ? 1002 : 1008 };
}

/** Comes before the shape: a client of another generation should hear that, and not which of its keys we do not know. */
function negotiate(params: unknown): number {
  const { minProtocol, maxProtocol } = (typeof params === "object" && params !== null ? params : {}) as Record<string, unknown>;
  if (typeof minProtocol !== "number" || typeof maxProtocol !== "number") return PROTOCOL_VERSION;
  if (minProtocol <= MAX_PROTOCOL_VERSION && maxProtocol >= PROTOCOL_VERSION && minProtocol <= maxProtocol) return Math.min(maxProtocol, MAX_PROTOCOL_VERSION);
  throw new TravelAgentError("INVALID_REQUEST", "protocol mismatch", {
    details: {
      code: "PROTOCOL_MISMATCH",
      clientMinProtocol: minProtocol,
      clientMaxProtocol: maxProtocol,
      expectedProtocol: PROTOCOL_VERSION,
      maximumProtocol: MAX_PROTOCOL_VERSION,
      minimumProbeProtocol: PROTOCOL_VERSION,
    },
  });
}

function admit(params: ConnectParams, protocol: number, context: HandshakeContext): Admitted | Promise<Admitted> {
  const role = params.role ?? "operator";
  if (role === "visitor" && params.client.mode === "portal") return guest(context).then((known) => ({ protocol, role, scopes: [], params, ...known }));
  if (role === "visitor") return { protocol, role, scopes: [], params, ...visitor(context) };
  if (role !== "operator" && !(role === "node" && context.devices))
    throw new TravelAgentError("INVALID_REQUEST", "invalid role", {
      details: { code: "INVALID_ROLE", roles: ["operator", "visitor", ...(context.devices ? ["node"] : [])] },
    });
  const { devices } = context;
  const defaultScopes: readonly Scope[] = role === "operator" && protocol === 3 ? ["operator.admin"] : [];
  const scopes = role === "node" ? [] : knownScopes(params.scopes);
  if (devices && params.device) {
    const admitted = admitDevice(params, params.device, { role, protocol, scopes, defaultScopes }, { ...context, devices });
    const asClient = ({ deviceId, ...device }: AdmittedDevice): Admitted => ({
      protocol,
      role,
      params,
      actor: device.principal.actor,
      deviceId,
      ...device,
      ...(role === "node" ? { nodeId: deviceId } : {}),
    });
    return admitted instanceof Promise ? admitted.then(asClient) : asClient(admitted);
  }
  const principal = withoutDevice(params, role, context);
  return { protocol, role, scopes: scopes ?? defaultScopes, actor: principal.actor, principal, params };
}

function withoutDevice({ auth: given, device }: ConnectParams, role: "operator" | "node", { auth, devices, peer, sessionCookie }: HandshakeContext): Principal {
  const showsNothing = !given?.token && !given?.password && sessionCookie === undefined;
  if (devices && (role === "node" || (auth.mode !== "none" && showsNothing && given?.deviceToken)))
    throw new TravelAgentError("NOT_PAIRED", "device identity required", { details: { code: "DEVICE_IDENTITY_REQUIRED" } });
  if (!devices && auth.mode !== "none" && showsNothing && (device || given?.deviceToken || given?.bootstrapToken))
    throw new TravelAgentError("UNAUTHORIZED", `this gateway does not pair devices: connect with its ${auth.mode}`, {
      details: { code: "DEVICE_PAIRING_UNSUPPORTED" },
    });
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

async function guest({ guests, guestCookie }: HandshakeContext): Promise<{ actor: string; visitorId: string; visitorSessionKey: string; guest: Guest }> {
  if (!guests) throw new TravelAgentError("FORBIDDEN", "this gateway has no customer portal");
  const found = guestCookie === undefined ? undefined : await guests.verify(guestCookie);
  if (!found)
    throw new TravelAgentError("UNAUTHORIZED", "unauthorized: open the link to your page again, or ask for a new one", {
      details: { code: "PORTAL_COOKIE_MISSING" },
    });
  return { actor: `portal:${found.id}`, visitorId: found.id, visitorSessionKey: found.sessionKey, guest: found };
}

/** Unknown ones are left out: newer clients ask for some that nothing here needs. Undefined when none were asked for: all in protocol 3, none in 4. */
function knownScopes(requested: readonly string[] = []): readonly Scope[] | undefined {
  return requested.length === 0 ? undefined : scopes.filter((scope) => requested.includes(scope));
}
