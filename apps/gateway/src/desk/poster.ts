import { createHash } from "node:crypto";
import type { DeskCard, DeskSurface } from "@travelagent/channel-kit";
import type { Receipt } from "@travelagent/protocol/messages";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { DeskPost, DeskPosts } from "./posts.ts";

export interface Shown {
  card: DeskCard;
  /** It changes no more. */
  final: boolean;
  /** Until then it holds without anybody doing anything, in milliseconds. */
  until?: number;
}

export interface PosterOptions {
  posts: DeskPosts;
  clock: Clock;
  log: Logger;
  /** What a post is to show now. Undefined: nothing any more. */
  shownBy(post: DeskPost): Promise<Shown | undefined>;
  signal: AbortSignal;
}

export interface Poster {
  /** Brings a room up to what it should show. Resolves with when to look again. Rejects when the store fails. */
  bring(key: string, room: string, surface: DeskSurface): Promise<number>;
}

const longestWaitMs = 5 * 60_000;
const tellAfter = 5;
const fingerprint = (card: DeskCard): string => createHash("sha256").update(JSON.stringify(card)).digest("hex").slice(0, 32);

/**
 * Posts and changes cards, each once: what was being posted when the process died is asked after before it is posted again, and nobody
 * is told anything twice that the platform can tell us about.
 */
export function createPoster({ posts, clock, log, shownBy, signal }: PosterOptions): Poster {
  const later = async (post: DeskPost, receipt: Exclude<Receipt, { status: "sent" }>, state: DeskPost["state"]): Promise<number> => {
    const attempts = post.attempts + 1;
    const wait = Math.max(receipt.status === "failed" ? (receipt.retryAfterMs ?? 0) : 0, Math.min(longestWaitMs, 500 * 2 ** Math.min(attempts, 12)));
    if (attempts === tellAfter)
      log.warn("a room of the desk does not take what it should show; it is tried again", { room: post.room, kind: post.kind, reason: receipt.reason });
    await posts.update(post.id, { attempts, nextAt: clock.now() + wait, state });
    return clock.now() + wait;
  };

  async function remove(post: DeskPost, room: string, surface: DeskSurface): Promise<number | undefined> {
    let { externalId } = post;
    if (externalId === undefined && post.attempts > 0) {
      const found = await surface.reconcile(room, { id: post.id, signal });
      if (found?.status === "unknown" || found?.status === "failed") return later(post, found, "removing");
      externalId = found?.externalId;
    }
    const receipt: Receipt = externalId === undefined ? { status: "sent" } : await surface.remove(room, externalId, signal);
    if (receipt.status !== "sent") return later(post, receipt, "removing");
    await posts.drop(post.id);
    return undefined;
  }

  async function first(post: DeskPost, { card, final }: Shown, room: string, surface: DeskSurface, thread: string | undefined): Promise<number | undefined> {
    const context = { id: post.id, signal, ...(thread === undefined ? {} : { thread }) };
    let receipt: Receipt | null = null;
    if (post.state === "attempting") {
      receipt = await surface.reconcile(room, context);
      if (receipt && receipt.status !== "sent") return later(post, receipt, "attempting");
    } else await posts.update(post.id, { state: "attempting" });
    receipt ??= await surface.post(room, card, context);
    // What surely was not posted may be posted; what may have been is asked after first.
    if (receipt.status !== "sent") return later(post, receipt, receipt.status === "failed" ? "pending" : "attempting");
    const externalId = receipt.externalId === undefined ? {} : { externalId: receipt.externalId };
    await posts.update(post.id, { state: final ? "done" : "posted", shown: fingerprint(card), attempts: 0, nextAt: 0, ...externalId });
    return undefined;
  }

  async function change(post: DeskPost, { card, final }: Shown, room: string, surface: DeskSurface): Promise<number | undefined> {
    const shown = fingerprint(card);
    if (shown !== post.shown && post.externalId !== undefined) {
      const receipt = await surface.edit(room, post.externalId, card, signal);
      const gone = receipt.status === "failed" && receipt.code === "no-such-recipient";
      if (receipt.status !== "sent" && !gone) return later(post, receipt, "posted");
      if (gone) {
        // Somebody took it away there: it is not put back, and there is nothing to change.
        await posts.update(post.id, { state: "done" });
        return undefined;
      }
    }
    if (shown !== post.shown || final) await posts.update(post.id, { shown, attempts: 0, nextAt: 0, state: final ? "done" : "posted" });
    return undefined;
  }

  async function one(post: DeskPost, room: string, surface: DeskSurface): Promise<number | undefined> {
    if (post.nextAt > clock.now()) return post.nextAt;
    if (post.state === "removing") return remove(post, room, surface);
    const shown = await shownBy(post);
    if (!shown) {
      // One that may be there already is asked after as it is.
      if (post.state === "attempting") await posts.update(post.id, { state: "removing" });
      else await posts.update(post.id, { state: "done" });
      return post.state === "attempting" ? clock.now() : undefined;
    }
    let thread: string | undefined;
    if (post.parent !== undefined) {
      const parent = await posts.get(post.parent);
      if (!parent || parent.state === "removing") {
        await posts.drop(post.id);
        return undefined;
      }
      // It is looked at before its thread, and again when it is there.
      if (parent.externalId === undefined) return parent.nextAt > clock.now() ? parent.nextAt : undefined;
      thread = parent.externalId;
    }
    const next = post.state === "posted" ? await change(post, shown, room, surface) : await first(post, shown, room, surface, thread);
    return next ?? (shown.final ? undefined : shown.until);
  }

  return {
    async bring(key, room, surface) {
      let next = Number.POSITIVE_INFINITY;
      /** What waits in a thread is not overtaken. */
      const waiting = new Set<string>();
      for (const post of await posts.open(key)) {
        if (signal.aborted) break;
        if (post.parent !== undefined && waiting.has(post.parent)) continue;
        const at = await one(post, room, surface);
        if (at === undefined) continue;
        if (post.parent !== undefined) waiting.add(post.parent);
        next = Math.min(next, at);
      }
      return next;
    },
  };
}
