import * as z from "zod";

/** Version this gateway speaks; clients that ask for 4 get 4 (the frames they need are the same). */
export const PROTOCOL_VERSION = 3;
export const MAX_PROTOCOL_VERSION = 4;

export const limits = {
  /** Largest inbound frame, bytes. */
  maxPayload: 512 * 1024,
  /** Unsent bytes for one client after which events are dropped or the client is closed. */
  maxBufferedBytes: 1536 * 1024,
  tickIntervalMs: 30_000,
  handshakeTimeoutMs: 10_000,
} as const;

const str1 = z.string().min(1);

export const ErrorFrameShape = z.strictObject({
  code: str1,
  message: str1,
  details: z.unknown().optional(),
  retryable: z.boolean().optional(),
  retryAfterMs: z.int().min(0).optional(),
});

export const RequestFrame = z.strictObject({
  type: z.literal("req"),
  id: str1.max(200),
  method: str1.max(200),
  params: z.unknown().optional(),
  /** W3C trace context, sent by clients of protocol 4. */
  traceparent: z.string().max(200).optional(),
  expectedProfileId: z.string().max(200).optional(),
});
export type RequestFrame = z.infer<typeof RequestFrame>;

export const ResponseFrame = z.strictObject({
  type: z.literal("res"),
  id: str1,
  ok: z.boolean(),
  payload: z.unknown().optional(),
  error: ErrorFrameShape.optional(),
});
export type ResponseFrame = z.infer<typeof ResponseFrame>;

export const StateVersion = z.strictObject({ presence: z.int().min(0), health: z.int().min(0) });

export const EventFrame = z.strictObject({
  type: z.literal("event"),
  event: str1,
  payload: z.unknown().optional(),
  /** Counts the events this connection was sent, from 1; a jump means that the client missed some and should refresh. */
  seq: z.int().min(0).optional(),
  stateVersion: StateVersion.optional(),
});
export type EventFrame = z.infer<typeof EventFrame>;

export const Frame = z.discriminatedUnion("type", [RequestFrame, ResponseFrame, EventFrame]);
export type Frame = z.infer<typeof Frame>;

export const clientIds = [
  "webchat-ui",
  "openclaw-control-ui",
  "webchat",
  "cli",
  "gateway-client",
  "openclaw-macos",
  "openclaw-ios",
  "openclaw-android",
  "node-host",
  "test",
  "fingerprint",
  "openclaw-probe",
  "openclaw-browser-copilot",
  "openclaw-tui",
  "openclaw-linux",
  "openclaw-watchos",
  "openclaw-worker",
] as const;
/** `portal`: a visitor by the cookie of the customer's own page instead of the web chat's. */
export const clientModes = ["webchat", "portal", "cli", "ui", "backend", "node", "probe", "test", "worker"] as const;

export const scopes = ["operator.read", "operator.write", "operator.admin", "operator.approvals", "operator.pairing"] as const;
export type Scope = (typeof scopes)[number];

/** What a connection may be: a person or program of the agency, a customer's web chat, or a machine that carries out commands. */
export const connectionRoles = ["operator", "visitor", "node"] as const;
export type ConnectionRole = (typeof connectionRoles)[number];

export const ConnectParams = z.strictObject({
  minProtocol: z.int().min(1),
  maxProtocol: z.int().min(1),
  client: z.strictObject({
    id: z.enum(clientIds),
    displayName: str1.optional(),
    version: str1,
    platform: str1,
    deviceFamily: str1.optional(),
    modelIdentifier: str1.optional(),
    mode: z.enum(clientModes),
    instanceId: str1.optional(),
    buildId: str1.optional(),
    timeZone: str1.max(64).optional(),
  }),
  caps: z.array(str1).optional(),
  commands: z.array(str1).optional(),
  permissions: z.record(z.string(), z.boolean()).optional(),
  pathEnv: z.string().optional(),
  /** One of `connectionRoles`; default `operator`. A visitor is known by the cookie the page set, a node by its device. */
  role: z.string().min(1).optional(),
  scopes: z.array(str1).optional(),
  device: z.strictObject({ id: str1, publicKey: str1, signature: str1, signedAt: z.int().min(0), nonce: str1.optional() }).optional(),
  auth: z
    .strictObject({ token: z.string().optional(), password: z.string().optional(), deviceToken: z.string().optional(), bootstrapToken: z.string().optional() })
    .optional(),
  locale: z.string().optional(),
  userAgent: z.string().optional(),
  /** IANA zone of the person in front of the client. */
  timeZone: z.string().max(64).optional(),
});
export type ConnectParams = z.infer<typeof ConnectParams>;

export const PresenceEntry = z.strictObject({
  host: str1.optional(),
  ip: str1.optional(),
  version: str1.optional(),
  platform: str1.optional(),
  deviceFamily: str1.optional(),
  modelIdentifier: str1.optional(),
  mode: str1.optional(),
  lastInputSeconds: z.int().min(0).optional(),
  reason: str1.optional(),
  text: z.string().optional(),
  ts: z.int().min(0),
  tags: z.array(str1).optional(),
  /** Of a device that proved its identity, or as a `system-event` named it. */
  deviceId: str1.optional(),
  roles: z.array(str1).optional(),
  scopes: z.array(str1).optional(),
  instanceId: str1.optional(),
});
export type PresenceEntry = z.infer<typeof PresenceEntry>;

export const HelloOk = z.strictObject({
  type: z.literal("hello-ok"),
  protocol: z.int().min(1),
  server: z.strictObject({ version: str1, connId: str1, host: str1.optional() }),
  features: z.strictObject({ methods: z.array(str1), events: z.array(str1) }),
  snapshot: z.strictObject({
    presence: z.array(PresenceEntry),
    health: z.unknown(),
    stateVersion: StateVersion,
    uptimeMs: z.int().min(0),
    sessionDefaults: z.strictObject({ defaultAgentId: str1, mainKey: str1, mainSessionKey: str1, scope: str1.optional() }).optional(),
  }),
  auth: z.strictObject({ role: str1, scopes: z.array(str1), deviceToken: str1.optional(), issuedAtMs: z.int().optional() }).optional(),
  policy: z.strictObject({ maxPayload: z.int().min(1), maxBufferedBytes: z.int().min(1), tickIntervalMs: z.int().min(1) }),
});
export type HelloOk = z.infer<typeof HelloOk>;
