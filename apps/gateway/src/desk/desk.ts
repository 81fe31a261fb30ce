import type { Decision } from "@travelagent/agent-runtime/gate";
import type { DeskSurface } from "@travelagent/channel-kit";
import type { GatewayConfig } from "@travelagent/config";
import type { Correspondence } from "@travelagent/gateway-core";
import type { Handlers } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Crm } from "@travelagent/tools-crm";
import { agenciesOf } from "../customers/agencies.ts";
import { createCalls } from "./calls.ts";
import { approvalCard, caseCard, wordsCard } from "./cards.ts";
import { createDeskListener } from "./listener.ts";
import { nameOfActor } from "./operators.ts";
import { createPoster, type Shown } from "./poster.ts";
import { createDeskPosts, type DeskPost, postId } from "./posts.ts";

export interface DeskOptions {
  db: Database;
  clock: Clock;
  log: Logger;
  /** Asked for each press, word and round: whoever is an operator now. Rooms are those of the start. */
  config(): Pick<GatewayConfig, "desk" | "agencies">;
  surfaces: readonly DeskSurface[];
  /** What operators may call, as over the wire. */
  handlers(): Handlers;
  decisions: {
    get(id: string): Promise<Decision | null>;
    list(filter: { kind: "approval"; status?: Decision["status"]; limit?: number; cursor?: string }): Promise<{ decisions: Decision[]; nextCursor?: string }>;
  };
  correspondence: Correspondence;
  crm: Pick<Crm, "addNote">;
}

/** The agency's people in their own rooms: approvals and conversations come to them there, and what they do counts as theirs. */
export interface Desk {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** An event of the gateway. Cheap. */
  hear(event: string): void;
  /** Something is to be looked at. */
  wake(): void;
}

type Room = GatewayConfig["desk"]["rooms"][number] & { key: string; surface: DeskSurface };

/** Events come in bursts. */
const settleMs = 200;
/** What was said before a conversation came to the room, so that nobody takes over blindly. */
const lookBack = { ms: 60 * 60_000, messages: 6 };
const atOnce = 200;
const dayMs = 86_400_000;
/** An erasure reaches posts as long as their rows are there. */
const keptMs = 730 * dayMs;
/** Words that could not be posted for so long are not posted any more. */
const freshMs = 30 * dayMs;

export function createDesk(options: DeskOptions): Desk {
  const { db, clock, log, config, surfaces, handlers, decisions, correspondence } = options;
  const agencyOf = agenciesOf(config());
  const posts = createDeskPosts({ db, clock });
  const nameOf = (actor: string): string => nameOfActor(config().desk, actor);
  const rooms: Room[] = config().desk.rooms.flatMap((room) => {
    const surface = surfaces.find((one) => one.channel === room.channel && one.accountId === room.account && one.rooms.includes(room.room));
    if (!surface)
      log.warn("a room of the desk is on an account that is not configured; nothing is shown there", { channel: room.channel, account: room.account });
    return surface ? [{ ...room, surface, key: `${room.channel}/${room.account}/${room.room}` }] : [];
  });
  const stopping = new AbortController();
  /** Conversations an operator is answering right now: what they write is in the room already. */
  const answering = new Set<string>();
  let running: Promise<void> | undefined;
  let again = false;
  let cancel: (() => void) | undefined;
  let wakeAt = Number.POSITIVE_INFINITY;

  const isShownIn = (room: Room, account: { channel: string; accountId: string }): boolean => (agencyOf(account) ?? "main") === room.agency;

  async function customerOf(sessionKey: string): Promise<string> {
    const found = await correspondence.conversation(sessionKey);
    return found ? `${found.displayName.replace(/\s+/g, " ")} on ${found.address.channel}` : sessionKey;
  }

  async function approvalsFor(room: Room): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await decisions.list({ kind: "approval", status: "pending", limit: atOnce, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, turn } of [...page.decisions].reverse())
        if (isShownIn(room, turn)) await posts.ensure({ room: room.key, kind: "approval", subject: id, sessionKey: turn.sessionKey });
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  async function conversationsFor(room: Room): Promise<void> {
    const list = handlers()["conversations.list"];
    let cursor: string | undefined;
    do {
      const page: Awaited<ReturnType<NonNullable<typeof list>>> | undefined = await list?.(
        { state: "needs-person", limit: atOnce, ...(cursor === undefined ? {} : { cursor }) },
        undefined as never,
      );
      for (const { id: sessionKey } of [...(page?.conversations ?? [])].reverse()) {
        const found = await correspondence.conversation(sessionKey);
        if (!found || !isShownIn(room, found.address)) continue;
        const before = await correspondence.writtenSince(sessionKey, clock.now() - lookBack.ms, lookBack.messages);
        const one = await posts.openCase(room.key, sessionKey, before[0]?.at ?? clock.now());
        await posts.ensure({ room: room.key, kind: "case", subject: one.id, sessionKey });
      }
      cursor = page?.nextCursor;
    } while (cursor !== undefined);
    for (const one of await posts.openCases(room.key)) {
      const { id, sessionKey, seenAt } = one;
      if (answering.has(sessionKey)) continue;
      const found = await correspondence.conversation(sessionKey);
      await posts.ensure({ room: room.key, kind: "case", subject: id, sessionKey });
      const parent = postId(room.key, "case", id);
      for (const message of await correspondence.writtenSince(sessionKey, seenAt, atOnce)) {
        await posts.ensure({ room: room.key, kind: "words", subject: message.id, sessionKey, parent });
        await posts.seen(id, message.at);
      }
      if (!found || found.state === "agent") await posts.closeCase(id);
    }
  }

  /** What a post is to show now. Undefined: nothing any more. */
  async function shownBy(post: DeskPost): Promise<Shown | undefined> {
    if (post.kind === "approval") {
      const decision = await decisions.get(post.subject);
      if (!decision) return undefined;
      const pending = decision.status === "pending";
      // What was decided before it could be shown needs nobody's eyes any more.
      if (!pending && post.state === "pending") return undefined;
      const customer = await customerOf(decision.turn.sessionKey);
      return { card: approvalCard(decision, { customer, nameOf }), final: !pending, ...(pending ? { until: decision.expiresAt } : {}) };
    }
    if (post.kind === "case") {
      const one = await posts.case(post.subject);
      const found = one && (await correspondence.conversation(one.sessionKey));
      if (!one || !found) return undefined;
      const { displayName, address, agentId, state, assignee } = found;
      // What is over stays so, also when the same customer needs somebody again.
      const facts = { displayName, channel: address.channel, agentId, state: one.closed ? ("agent" as const) : state, assignee };
      return { card: caseCard(one, facts, nameOf), final: one.closed };
    }
    const found = post.sessionKey === undefined ? null : await correspondence.conversation(post.sessionKey);
    const message = found && (await correspondence.writtenSince(post.sessionKey!, clock.now() - freshMs, 5 * atOnce)).find(({ id }) => id === post.subject);
    return found && message ? { card: wordsCard(message, found.displayName), final: true } : undefined;
  }

  const poster = createPoster({ posts, clock, log, shownBy, signal: stopping.signal });

  async function round(): Promise<void> {
    let next = Number.POSITIVE_INFINITY;
    await Promise.all(
      rooms.map(async (room) => {
        if (room.approvals) await approvalsFor(room);
        if (room.conversations) await conversationsFor(room);
        next = Math.min(next, await poster.bring(room.key, room.room, room.surface));
      }),
    );
    schedule(next);
  }

  function schedule(at: number): void {
    if (stopping.signal.aborted || at >= wakeAt || !Number.isFinite(at)) return;
    cancel?.();
    wakeAt = at;
    // A timer holds no more than 24 days.
    cancel = clock.after(Math.min(Math.max(0, at - clock.now()), 86_400_000), () => {
      wakeAt = Number.POSITIVE_INFINITY;
      cancel = undefined;
      run();
    });
  }

  function run(): void {
    if (stopping.signal.aborted) return;
    if (running) {
      again = true;
      return;
    }
    again = false;
    running = round()
      .catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.error("the desk could not be brought up to date; it is tried again", { error: String(error) });
        schedule(clock.now() + 5_000);
      })
      .finally(() => {
        running = undefined;
        if (again) run();
      });
  }

  const wake = (): void => {
    if (rooms.length > 0) schedule(clock.now() + settleMs);
  };
  const listener = createDeskListener({ ...options, posts, calls: createCalls(handlers), answering, nameOf, wake });

  return {
    async start() {
      await posts.prune(clock.now() - keptMs);
      for (const surface of surfaces)
        surface.listen(
          listener.of({ channel: surface.channel, accountId: surface.accountId, roomKey: (room) => `${surface.channel}/${surface.accountId}/${room}` }),
        );
      wake();
    },
    async stop() {
      stopping.abort();
      cancel?.();
      await running;
    },
    hear(event) {
      if (event === "approval" || event === "conversation") wake();
    },
    wake,
  };
}
