import { randomUUID } from "node:crypto";
import {
  type ConnectParams,
  connectionRoles,
  type EventName,
  type EventPayload,
  type Handlers,
  joinJson,
  limits as protocolLimits,
  TravelAgentError,
} from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger, systemClock, type Tracer } from "@travelagent/protocol/ports";
import type { Authenticator } from "./auth/auth.ts";
import type { Devices } from "./auth/devices/devices.ts";
import { asRequest, deviceHandlers } from "./auth/devices/handlers.ts";
import type { Guest, Guests } from "./auth/guests.ts";
import { type CheckOrigin, createOriginCheck, type OriginOptions } from "./auth/origin.ts";
import { createPeerReader, isLoopback, type Peer, type ReadPeer, type RequestHead } from "./auth/peer.ts";
import type { Visitors } from "./auth/visitors.ts";
import { withoutCardParams } from "./card-params.ts";
import { type ConnectedClient, runConnection } from "./connections/connection-io.ts";
import { createConnections, type PublishOptions } from "./connections/connections.ts";
import { type Admitted, checkConnect, type HandshakeResult } from "./connections/handshake.ts";
import { helloFor, type SessionDefaults } from "./connections/hello.ts";
import { createPresence } from "./connections/presence.ts";
import { notePresence } from "./connections/presence-note.ts";
import type { Socket } from "./connections/socket.ts";
import { createVisitorLimits, type VisitorLimitOptions } from "./connections/visitor-limits.ts";
import { createHealth, type HealthSnapshot, type ReadHealth } from "./health.ts";
import { consoleRoutes } from "./http/console-routes.ts";
import { readCookie } from "./http/cookies.ts";
import { createHttp, type HttpHandler, sessionCookie } from "./http/http.ts";
import { pageRoutes, visitorCookie } from "./http/page-routes.ts";
import type { HttpRoute } from "./http/route.ts";
import { systemRoutes } from "./http/system-routes.ts";
import type { WidgetOptions } from "./http/widget-routes.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createRouter, type ExtraMethod } from "./router/router.ts";

export interface ControlPlaneLimits {
  maxPayload: number;
  maxBufferedBytes: number;
  tickIntervalMs: number;
  handshakeTimeoutMs: number;
  requestTimeoutMs: number;
}

export interface ControlPlaneOptions {
  /** What clients may call. `health`, `status` and `system-presence` are there without; a handler given here takes their place. */
  handlers: Handlers;
  /** Methods beside those of the protocol, such as those of plugins; the same map as long as they are the same. */
  extraMethods?: () => ReadonlyMap<string, ExtraMethod>;
  auth: Authenticator;
  version: string;
  clock?: Clock;
  log?: Logger;
  metrics?: Metrics;
  tracer?: Tracer;
  /** Facts for `health` and `/readyz`. */
  health?: ReadHealth;
  /** Further facts for `status`, from what `health` last found. At once and without I/O. */
  status?: (health: HealthSnapshot) => Record<string, unknown>;
  /** Absent: the web chat is off. */
  visitors?: Visitors;
  /** Absent: no customer has a page of their own. */
  guests?: Guests;
  /** Started. Absent: no device pairs, there are no nodes, and no methods `device.*`. */
  devices?: Devices;
  visitorLimits?: VisitorLimitOptions;
  sessionDefaults?: SessionDefaults;
  /** Built web pages: `index.html`, `chat.html`, `assets/…`. Absent: no pages are served. */
  staticDir?: string;
  /** Other sites may show the web chat. Absent: none may, and there is no `/widget.js`. */
  widget?: WidgetOptions;
  /** Further HTTP addresses, such as webhooks. Those named here come before the built-in ones only where they are more exact. */
  routes?: readonly HttpRoute[];
  network?: NetworkOptions;
  limits?: Partial<ControlPlaneLimits>;
  /** Hears of every client past the handshake, such as the registry of nodes. */
  observe?: ClientObserver;
  /** For tests: results and events must match the protocol, otherwise `INTERNAL`. */
  validate?: boolean;
}

/** `trustedProxies`: addresses or CIDR ranges whose forwarded headers count. */
export type NetworkOptions = OriginOptions & { trustedProxies?: readonly string[] };

export interface ClientObserver {
  /** The hello is sent; events for this connection may follow. */
  connected(client: ConnectedClient, params: ConnectParams): void;
  /** Once, after `connected`. */
  gone(client: ConnectedClient): void;
}

/** Connections, requests and events of all clients, over whatever carries them; see `./node` for a server. */
export interface ControlPlane {
  readonly auth: Authenticator;
  readonly metrics: Metrics;
  readonly limits: Readonly<ControlPlaneLimits>;
  readonly connections: number;
  /** Tells live clients. Best effort, never replayed; see the audience of each event in the protocol. */
  publish<E extends EventName>(event: E, payload: EventPayload<E>, options?: PublishOptions): void;
  /** An event for one connection, such as a command for a node. False when it is not connected or reads too slowly. */
  sendTo<E extends EventName>(connectionId: string, event: E, payload: EventPayload<E>): boolean;
  /** How many clients would get an event of that session now: with none, there is nothing to prepare. */
  followers(sessionKey: string): number;
  /** Until then `/readyz` answers 503 and clients are asked to come back. */
  setReady(): void;
  /** Other rules about who may connect from where. Raises `CONFIG_INVALID`; what it returns puts them in force. Connections that are open stay. */
  prepareNetwork(network: NetworkOptions): () => void;
  /** A part is degraded, or well again: reads `health` now instead of when the last reading is old. */
  healthChanged(): void;
  readonly http: HttpHandler;
  /** Before an upgrade: the refusal, or undefined. */
  refuseUpgrade(head: RequestHead): TravelAgentError | undefined;
  /** Takes over an open socket; `head` is the request that opened it. */
  accept(socket: Socket, head: RequestHead): void;
  /** Tells every client, operators also the reason, closes their connections and takes no more. Safe to call twice. */
  shutdown(reason: string, options?: { restartExpectedMs?: number }): void;
}

/** Every client is told of every change of presence: with many of them, less often. */
const presenceMsPerClient = 5;

export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const {
    auth,
    version,
    clock = systemClock,
    log = silentLogger,
    metrics = createMetrics(),
    visitors,
    guests,
    devices,
    sessionDefaults,
    staticDir,
    network = {},
    validate = false,
  } = options;
  const limits: ControlPlaneLimits = { ...protocolLimits, requestTimeoutMs: 60_000, ...options.limits };
  const startedAt = clock.now();
  const networkRules = (given: NetworkOptions) => ({ readPeer: createPeerReader(given.trustedProxies), checkOrigin: createOriginCheck(given) });
  let rules = networkRules(network);
  const readPeer: ReadPeer = (head) => rules.readPeer(head);
  const checkOrigin: CheckOrigin = (head, peer) => rules.checkOrigin(head, peer);
  const health = createHealth({
    clock,
    log,
    onChange: (snapshot) => connections.publish("health", { ...snapshot, degraded: [...snapshot.degraded] }),
    ...(options.health ? { read: options.health } : {}),
  });
  const pending = new Set<(code: number, reason: string) => void>();
  let phase: "starting" | "ready" | "stopped" = "starting";
  /** Grows whenever a credential ends: what was found out before that may not hold any more. */
  let revocations = 0;

  const stateVersion = () => ({ presence: presence.version(), health: health.version() });
  const connections = createConnections({
    clock,
    log,
    maxBufferedBytes: limits.maxBufferedBytes,
    tickIntervalMs: limits.tickIntervalMs,
    stateVersion,
    onTick: () => {
      if (guests) endGuests(({ until }) => until <= clock.now());
      auth.sessions.sweep();
      // Only while somebody is there to be told.
      health.snapshot();
    },
    validateEvents: validate,
  });
  const presence = createPresence({
    clock,
    self: { version, text: `gateway ${version}` },
    intervalMs: () => Math.max(1000, connections.size * presenceMsPerClient),
    onChange: () => connections.publish("presence", joinJson({ presence: presence.list() })),
  });
  const status = () => ({
    ok: health.snapshot().ok,
    ready: phase === "ready",
    version,
    uptimeMs: clock.now() - startedAt,
    connections: connections.size,
    degraded: health.snapshot().degraded,
    ...options.status?.(health.snapshot()),
  });

  const limitVisitor = createVisitorLimits({ clock, ...options.visitorLimits });
  const router = createRouter({
    handlers: {
      health: (params) => (params?.probe || health.version() === 0 ? health.refresh(params?.probe) : health.snapshot()),
      status,
      "system-presence": () => presence.list(),
      "system-event": (params) => {
        notePresence(presence, params);
        return { ok: true };
      },
      ...(devices ? deviceHandlers(devices) : {}),
      ...withoutCardParams(options.handlers),
    },
    ...(options.extraMethods ? { extraMethods: options.extraMethods } : {}),
    clock,
    log,
    metrics,
    limit: (caller, method) => limitVisitor(caller as ConnectedClient, method),
    requestTimeoutMs: limits.requestTimeoutMs,
    ...(options.tracer ? { tracer: options.tracer } : {}),
    validateResults: validate,
  });

  metrics.gauge("uptime_seconds", "Time since start.", () => (clock.now() - startedAt) / 1000);
  metrics.gauge("connections", "Clients that are connected, by role.", () =>
    connectionRoles.map((role) => ({ labels: { role }, value: connections.count(role) })),
  );
  metrics.gauge("process_resident_memory_bytes", "Memory of this process.", () => process.memoryUsage.rss());
  const handshakes = metrics.counter("handshakes_total", "Connection attempts by outcome.", ["outcome"]);

  /** Every browser names the origin when it opens a socket, and it was checked; without one this is no page of ours. */
  const cookiesOf = ({ headers: { cookie, origin } }: RequestHead) => ({
    sessionCookie: origin === undefined ? undefined : readCookie(cookie, sessionCookie),
    visitorCookie: readCookie(cookie, visitorCookie),
    guestCookie: origin === undefined || !guests ? undefined : readCookie(cookie, guests.cookie),
  });

  const handshake = (params: unknown, cookies: ReturnType<typeof cookiesOf>, peer: Peer, nonce: string): HandshakeResult | Promise<HandshakeResult> => {
    if (phase !== "ready") {
      const error = new TravelAgentError("UNAVAILABLE", "gateway starting; retry shortly", { retryAfterMs: 500 });
      return { ok: false, error, closeCode: 1013 };
    }
    return checkConnect(params, {
      auth,
      peer,
      nonce,
      clock,
      visitors,
      guests,
      devices,
      ...cookies,
    });
  };

  const logRefusal = ({ code, cause }: TravelAgentError, connectionId: string, peer: Peer) => {
    const fields = { code, connectionId, "pii.address": peer.address };
    if (code === "INTERNAL") log.error("handshake failed", { ...fields, "pii.error": cause instanceof Error ? (cause.stack ?? cause.message) : String(cause) });
    else log.warn("connection refused", fields);
  };

  const hello = (client: ConnectedClient, admitted: Admitted) =>
    helloFor(admitted, {
      version,
      connId: client.id,
      methods: router.methodsOf(client.role),
      presence: client.role === "operator" ? presence.list() : [],
      health: health.snapshot(),
      stateVersion: stateVersion(),
      uptimeMs: clock.now() - startedAt,
      sessionDefaults,
      policy: { maxPayload: limits.maxPayload, maxBufferedBytes: limits.maxBufferedBytes, tickIntervalMs: limits.tickIntervalMs },
    });

  /** People at consoles and apps. Not commands that come and go, and not customers. */
  const isPresent = (client: ConnectedClient, mode: string) => client.role === "operator" && mode !== "cli" && mode !== "probe";

  const accept = (socket: Socket, head: RequestHead): void => {
    if (phase === "stopped") {
      socket.close(1012, "the gateway is stopping");
      return;
    }
    const peer = readPeer(head);
    // Of the request no more than this is held: it is as large as all the rest of an idle client.
    const cookies = cookiesOf(head);
    const [id, nonce] = [randomUUID(), randomUUID()];
    let present = false;
    let before = 0;
    const noted = (result: HandshakeResult): HandshakeResult => {
      handshakes.at(result.ok ? "ok" : result.error.code).inc();
      if (!result.ok) logRefusal(result.error, id, peer);
      return result;
    };
    const end = runConnection(
      socket,
      { id, nonce, address: peer.address, clock, handshakeTimeoutMs: limits.handshakeTimeoutMs },
      {
        checkConnect(params) {
          before = revocations;
          const result = handshake(params, cookies, peer, nonce);
          return result instanceof Promise ? result : noted(result);
        },
        stillHolds(result) {
          if (!result.ok || revocations === before) return noted(result);
          const error = new TravelAgentError("UNAVAILABLE", "a credential was revoked just now: connect again", { retryAfterMs: 100 });
          return noted({ ok: false, error, closeCode: 1013 });
        },
        hello,
        follow: (client, sessionKey) => connections.follow(client, sessionKey),
        unfollow: (client, sessionKey) => connections.unfollow(client, sessionKey),
        connected(client, { params }) {
          const { client: info } = params;
          pending.delete(end);
          connections.add(client);
          options.observe?.connected(client, params);
          if (!isPresent(client, info.mode)) return;
          present = true;
          const { version: clientVersion, platform, deviceFamily, modelIdentifier, mode, instanceId, displayName } = info;
          presence.arrived(client.presenceKey, {
            version: clientVersion,
            platform,
            mode,
            scopes: [...client.scopes],
            roles: [client.role],
            ...(deviceFamily === undefined ? {} : { deviceFamily }),
            ...(modelIdentifier === undefined ? {} : { modelIdentifier }),
            ...(instanceId === undefined ? {} : { instanceId }),
            ...(client.deviceId === undefined ? {} : { deviceId: client.deviceId }),
            ...(displayName === undefined ? {} : { host: displayName }),
            ...(isLoopback(peer.address) || peer.address === "" ? {} : { ip: peer.address }),
          });
        },
        dispatch: (client, request) => router.dispatch(client, request),
        gone(client) {
          connections.remove(client);
          options.observe?.gone(client);
          if (present) presence.left(client.presenceKey);
        },
        closed: () => void pending.delete(end),
      },
    );
    pending.add(end);
  };

  const endGuests = (isMeant: (guest: Guest) => boolean) =>
    connections.endWhere(
      (member) => {
        const { guest } = member as ConnectedClient;
        return guest !== undefined && isMeant(guest);
      },
      1008,
      "open the link to your page again",
    );
  const endRevoked = (isMeant: (client: ConnectedClient) => boolean) => {
    revocations += 1;
    connections.endWhere((member) => isMeant(member as ConnectedClient), 1008, "the credential is no longer valid: sign in again");
  };
  const forgetAuth = auth.onRevoked((credential) => endRevoked(({ principal }) => principal?.credential === credential));
  const forgetGuests = guests?.onEnded((id) => {
    revocations += 1;
    endGuests((guest) => guest.id === id);
  });
  const forgetDevices = devices?.onNews((news) => {
    switch (news.type) {
      case "requested":
        return connections.publish("device.pair.requested", asRequest(news.request));
      case "resolved": {
        const { type: _, ...payload } = news;
        return connections.publish("device.pair.resolved", payload);
      }
      case "revoked": {
        const isMeant = ({ deviceId, role }: ConnectedClient) => deviceId === news.deviceId && (news.role === undefined || news.role === role);
        endRevoked((client) => isMeant(client) && client.id !== news.by);
        // Whoever revoked what they are connected with reads the answer first.
        if (news.by !== undefined) clock.after(0, () => endRevoked((client) => isMeant(client) && client.id === news.by));
      }
    }
  });

  return {
    auth,
    metrics,
    limits,
    accept,
    publish: connections.publish,
    sendTo: connections.sendTo,
    followers: connections.followers,
    get connections() {
      return connections.size;
    },
    setReady() {
      if (phase !== "starting") return;
      phase = "ready";
      void health.refresh();
    },
    prepareNetwork(given) {
      const next = networkRules(given);
      return () => {
        rules = next;
      };
    },
    healthChanged: () => void health.refresh(),
    http: createHttp({
      auth,
      readPeer,
      checkOrigin,
      log,
      routes: [
        ...systemRoutes({ health, metrics, status, ready: () => phase === "ready" }),
        ...consoleRoutes(auth, clock),
        ...(staticDir === undefined
          ? []
          : pageRoutes(staticDir, visitors, { portal: guests !== undefined, ...(options.widget ? { widget: options.widget } : {}) })),
        ...(options.routes ?? []),
      ],
    }),
    refuseUpgrade(head) {
      if (phase === "stopped") return new TravelAgentError("UNAVAILABLE", "the gateway is stopping; retry shortly");
      return checkOrigin(head, readPeer(head));
    },
    shutdown(reason, { restartExpectedMs } = {}) {
      if (phase === "stopped") return;
      phase = "stopped";
      forgetAuth();
      forgetDevices?.();
      forgetGuests?.();
      const back = restartExpectedMs === undefined ? {} : { restartExpectedMs };
      connections.publish("shutdown", { reason, ...back }, { roles: ["operator"] });
      // Why may name settings, suppliers and accounts of the agency.
      connections.publish("shutdown", { reason: "the gateway is stopping", ...back }, { roles: ["visitor", "node"] });
      connections.endWhere(() => true, 1012, "service restart");
      for (const end of [...pending]) end(1012, "service restart");
    },
  };
}
