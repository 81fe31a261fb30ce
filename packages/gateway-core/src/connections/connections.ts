import { type ConnectionRole, type EventName, type EventPayload, type EventSpec, events, jsonOf, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Logger, silentLogger } from "@travelagent/protocol/ports";
import { describeIssues } from "../router/issues.ts";
import { eventsOf } from "./hello.ts";
import { createPace } from "./pace.ts";
import type { Socket } from "./socket.ts";
import { messagesTopic, sessionsTopic } from "./topics.ts";

/** A connected client, as the registry sees it. */
export interface Member {
  readonly id: string;
  readonly socket: Socket;
  readonly role: ConnectionRole;
  readonly grants: ReadonlySet<string>;
  /** A visitor follows this session and no other. */
  readonly visitorSessionKey?: string;
  /** Number of the last event for this client, sent or dropped. */
  seq: number;
  readonly followed: Set<string>;
  /** Ends the connection from our side. */
  end(code: number, reason: string): void;
}

export interface PublishOptions {
  /** Skipped for a client that reads too slowly, also when the protocol does not say so for all events of this name. */
  droppable?: boolean;
  /** Of those who would get it, only clients of these roles. */
  roles?: readonly ConnectionRole[];
}

/** Who is connected, and who gets which event. */
export interface Connections {
  readonly size: number;
  /** How many of this role are connected. */
  count(role: ConnectionRole): number;
  add(member: Member): void;
  remove(member: Member): void;
  /** Raises `FORBIDDEN` for a visitor and a session that is not theirs. Following too many sessions ends the oldest. */
  follow(member: Member, sessionKey: string): void;
  /** Does nothing for a session that is not followed. A visitor goes on following their own. */
  unfollow(member: Member, sessionKey: string): void;
  /** How many clients would get an event of that session. */
  followers(sessionKey: string): number;
  /** Best effort and at once. The work grows with those who get it, not with all who are connected. */
  publish<E extends EventName>(event: E, payload: EventPayload<E>, options?: PublishOptions): void;
  /** An event for one connection, without a number. False when it is not connected or reads too slowly. */
  sendTo<E extends EventName>(connectionId: string, event: E, payload: EventPayload<E>): boolean;
  /** Ends the connections that `choose` picks. */
  endWhere(choose: (member: Member) => boolean, code: number, reason: string): void;
}

export interface ConnectionsOptions {
  clock: Clock;
  log?: Logger;
  maxBufferedBytes: number;
  tickIntervalMs: number;
  /** Default 500. */
  maxFollowed?: number;
  /** Versions that go with some events. */
  stateVersion(): { presence: number; health: number };
  /** With every tick. */
  onTick?: () => void;
  /** For tests: a payload that does not match the protocol raises `INTERNAL`. */
  validateEvents?: boolean;
}

const withStateVersion: ReadonlySet<string> = new Set<EventName>(["presence", "health"]);
/** Missing one of these is no loss, so it is no gap either. */
const withoutGap: ReadonlySet<string> = new Set<EventName>(["tick"]);

export function createConnections(options: ConnectionsOptions): Connections {
  const { clock, log = silentLogger, maxBufferedBytes, tickIntervalMs, maxFollowed = 500, stateVersion, onTick, validateEvents = false } = options;
  const all = new Map<string, Member>();
  const byScope = { "operator.read": new Set<Member>(), "operator.approvals": new Set<Member>(), "operator.pairing": new Set<Member>() };
  const bySession = new Map<string, Set<Member>>();
  const pace = createPace();
  let ticking = false;

  const unfollow = (member: Member, sessionKey: string) => {
    member.followed.delete(sessionKey);
    const followers = bySession.get(sessionKey);
    followers?.delete(member);
    if (followers?.size === 0) bySession.delete(sessionKey);
  };

  const audience = (spec: EventSpec, payload: unknown): Iterable<Member> => {
    if (spec.audience === "all") return all.values();
    if (spec.audience === "directed") return [];
    if (spec.audience === "sessions") return bySession.get(sessionsTopic) ?? [];
    if (spec.audience === "session.messages") return bySession.get(messagesTopic((payload as { sessionKey: string }).sessionKey)) ?? [];
    if (spec.audience !== "session") return byScope[spec.audience];
    return bySession.get((payload as { sessionKey: string }).sessionKey) ?? [];
  };

  const deliver = (member: Member, event: EventName, frame: { head: string; tail: string }, droppable: boolean) => {
    if (member.socket.bufferedAmount <= maxBufferedBytes) {
      member.seq += 1;
      member.socket.send(frame.head + member.seq + frame.tail);
    } else if (!droppable) {
      log.warn("slow consumer closed", { connectionId: member.id, event });
      member.end(1008, "slow consumer");
    } else if (!withoutGap.has(event)) {
      member.seq += 1;
    }
  };

  const publish: Connections["publish"] = (event, payload, { droppable = false, roles } = {}) => {
    const spec: EventSpec = events[event];
    if (validateEvents) check(event, spec, payload);
    let frame: { head: string; tail: string } | undefined;
    const send = (member: Member) => {
      if (roles && !roles.includes(member.role)) return;
      if (member.role !== "operator" && !eventsOf[member.role].has(event)) return;
      if (member.role === "visitor" && event === "agent" && !roles?.includes("visitor")) return;
      frame ??= {
        head: `{"type":"event","event":"${event}","payload":${jsonOf(payload)},"seq":`,
        tail: withStateVersion.has(event) ? `,"stateVersion":${JSON.stringify(stateVersion())}}` : "}",
      };
      deliver(member, event, frame, droppable || spec.dropIfSlow === true);
    };
    // What everybody gets and nobody waits for, such as the tick, goes to thousands in between other work.
    if (spec.dropIfSlow && spec.audience !== "session") pace([...audience(spec, payload)], (member) => all.get(member.id) === member && send(member));
    else for (const member of audience(spec, payload)) send(member);
  };

  /** One timer for all, and none while nobody is connected. */
  const tick = () => {
    if (all.size === 0) {
      ticking = false;
      return;
    }
    publish("tick", { ts: clock.now() });
    onTick?.();
    clock.after(tickIntervalMs, tick);
  };

  const follow = (member: Member, sessionKey: string) => {
    if (!all.has(member.id) || member.followed.has(sessionKey)) return;
    if (member.role === "visitor" && sessionKey !== member.visitorSessionKey)
      throw new TravelAgentError("FORBIDDEN", "a visitor sees only their own conversation");
    member.followed.add(sessionKey);
    const followers = bySession.get(sessionKey) ?? new Set();
    bySession.set(sessionKey, followers.add(member));
    if (member.followed.size > maxFollowed) {
      for (const oldest of member.followed) {
        unfollow(member, oldest);
        break;
      }
    }
  };

  return {
    publish,
    follow,
    unfollow(member, sessionKey) {
      if (sessionKey !== member.visitorSessionKey) unfollow(member, sessionKey);
    },
    get size() {
      return all.size;
    },
    count(role) {
      let found = 0;
      for (const member of all.values()) if (member.role === role) found += 1;
      return found;
    },
    followers: (sessionKey) => bySession.get(sessionKey)?.size ?? 0,
    sendTo(connectionId, event, payload) {
      const member = all.get(connectionId);
      if (!member || member.socket.bufferedAmount > maxBufferedBytes) return false;
      if (validateEvents) check(event, events[event], payload);
      member.socket.send(`{"type":"event","event":"${event}","payload":${JSON.stringify(payload)}}`);
      return true;
    },
    add(member) {
      all.set(member.id, member);
      for (const [scope, members] of Object.entries(byScope)) if (member.grants.has(scope)) members.add(member);
      if (member.visitorSessionKey !== undefined) follow(member, member.visitorSessionKey);
      if (ticking) return;
      ticking = true;
      clock.after(tickIntervalMs, tick);
    },
    remove(member) {
      all.delete(member.id);
      for (const members of Object.values(byScope)) members.delete(member);
      for (const sessionKey of [...member.followed]) unfollow(member, sessionKey);
    },
    endWhere(choose, code, reason) {
      for (const member of [...all.values()]) if (choose(member)) member.end(code, reason);
    },
  };
}

function check(event: EventName, spec: EventSpec, payload: unknown): void {
  const parsed = spec.payload.safeParse(payload);
  if (!parsed.success)
    throw new TravelAgentError("INTERNAL", `the payload of event ${event} does not match the protocol: ${describeIssues(parsed.error).text}`);
}
