import type { RequestFrame } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import type { Principal } from "../auth/auth.ts";
import type { Guest } from "../auth/guests.ts";
import { grantsOf } from "../router/grants.ts";
import { parseFrame } from "../router/request-frame.ts";
import type { Caller } from "../router/router.ts";
import { advance, type ConnectionInput, type ConnectionState } from "./connection.ts";
import type { Member } from "./connections.ts";
import type { Admitted, HandshakeResult } from "./handshake.ts";
import type { Socket } from "./socket.ts";

/** A client past the handshake. */
export interface ConnectedClient extends Member, Caller {
  readonly visitorSessionKey?: string;
  readonly guest?: Guest;
  readonly principal?: Principal;
  /** Address the rate limits of visitors count by. */
  readonly address: string;
  readonly presenceKey: string;
  /** Proven by its signature. */
  readonly deviceId?: string;
}

export interface ConnectionHooks {
  checkConnect(params: unknown): HandshakeResult | Promise<HandshakeResult>;
  /** Asked at the very last, when the check took its time: what it found may not hold any more. */
  stillHolds(result: HandshakeResult): HandshakeResult;
  /** The hello of a client that passed. */
  hello(client: ConnectedClient, admitted: Admitted): object;
  follow(client: ConnectedClient, sessionKey: string): void;
  unfollow(client: ConnectedClient, sessionKey: string): void;
  /** The hello is sent; from now on events may follow. */
  connected(client: ConnectedClient, admitted: Admitted): void;
  dispatch(client: ConnectedClient, request: RequestFrame): void;
  /** Once, after `connected` only. */
  gone(client: ConnectedClient): void;
  /** Once for every connection. */
  closed(): void;
}

export interface ConnectionOptions {
  id: string;
  nonce: string;
  address: string;
  clock: Clock;
  handshakeTimeoutMs: number;
  /** Characters of the first frame at most: a stranger gets less than a client. */
  maxConnectFrame?: number;
  /** Bytes of unread answers after which a client is closed. Higher than that for events, since one answer may be large. */
  maxUnreadAnswers?: number;
}

/** Runs one connection over its socket. Returns the function that ends it. */
export function runConnection(socket: Socket, options: ConnectionOptions, hooks: ConnectionHooks): (code: number, reason: string) => void {
  const { id, nonce, address, clock, handshakeTimeoutMs, maxConnectFrame = 65_536, maxUnreadAnswers = 16 * 1024 * 1024 } = options;
  let state: ConnectionState = "opened";
  let client: ConnectedClient | undefined;

  const apply = (input: ConnectionInput): void => {
    const before = state;
    const step = advance(state, input);
    state = step.state;
    for (const effect of step.effects) {
      switch (effect.type) {
        case "send":
          socket.send(effect.text);
          break;
        case "close":
          socket.close(effect.code, effect.reason);
          break;
        case "check-connect":
          connect(effect.request);
          break;
        case "dispatch":
          if (client) hooks.dispatch(client, effect.request);
      }
    }
    if (before !== "closed" && step.state === "closed") finish();
  };

  const end = (code: number, reason: string) => apply({ type: "end", code, reason });

  const connect = (request: RequestFrame) => {
    const result = hooks.checkConnect(request.params);
    if (result instanceof Promise) void result.then((outcome) => settle(request, hooks.stillHolds(outcome)));
    else settle(request, result);
  };

  const settle = (request: RequestFrame, result: HandshakeResult) => {
    if (state !== "checking") return;
    if (!result.ok) return apply({ type: "refused", id: request.id, error: result.error, closeCode: result.closeCode });
    cancelTimeout();
    client = clientOf(result.admitted);
    apply({ type: "accepted", id: request.id, hello: hooks.hello(client, result.admitted) });
    hooks.connected(client, result.admitted);
  };

  const clientOf = ({ protocol, role, scopes, actor, principal, visitorId, visitorSessionKey, guest, nodeId, deviceId, params }: Admitted): ConnectedClient => {
    const timeZone = params.timeZone ?? params.client.timeZone;
    const self: ConnectedClient = {
      id,
      connectionId: id,
      socket,
      role,
      scopes,
      protocol,
      grants: grantsOf(scopes),
      actor,
      address,
      presenceKey: deviceId ?? params.client.instanceId ?? id,
      ...(principal ? { principal } : {}),
      ...(visitorId === undefined ? {} : { visitorId }),
      ...(visitorSessionKey === undefined ? {} : { visitorSessionKey }),
      ...(guest === undefined ? {} : { guest }),
      ...(nodeId === undefined ? {} : { nodeId }),
      ...(deviceId === undefined ? {} : { deviceId }),
      ...(timeZone === undefined ? {} : { timeZone }),
      seq: 0,
      inFlight: 0,
      followed: new Set(),
      end,
      follow: (sessionKey) => hooks.follow(self, sessionKey),
      unfollow: (sessionKey) => hooks.unfollow(self, sessionKey),
      reply(text) {
        if (state !== "connected") return;
        if (socket.bufferedAmount > maxUnreadAnswers) end(1008, "slow consumer");
        else socket.send(text);
      },
    };
    return self;
  };

  const finish = () => {
    cancelTimeout();
    if (client) hooks.gone(client);
    hooks.closed();
  };

  const cancelTimeout = clock.after(handshakeTimeoutMs, () => apply({ type: "handshake-timeout" }));
  socket.onMessage((text) => {
    if (state === "closed") return;
    if (state !== "connected" && text.length > maxConnectFrame) end(1009, "the first frame is too large");
    else apply({ type: "frame", frame: parseFrame(text) });
  });
  socket.onClose(() => apply({ type: "gone" }));
  apply({ type: "open", nonce, ts: clock.now() });
  return end;
}
