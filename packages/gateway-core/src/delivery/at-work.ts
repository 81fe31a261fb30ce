import type { ChannelAdapter } from "@travelagent/channel-kit";
import type { Address } from "@travelagent/protocol/messages";
import type { Clock, Database, Logger, Tx } from "@travelagent/protocol/ports";
import type { TurnEvent } from "@travelagent/protocol/turn";
import { cardFree } from "../card-free.ts";
import type { Outbox } from "../outbox.ts";
import { createBlockMaker } from "./block-maker.ts";
import type { Manners, MannersOf } from "./manners.ts";
import { blockCount, blockId, blocksOf, endOf, saidOf } from "./said-blocks.ts";

/** A run whose customer sees that it works. */
export interface RunAtWork {
  runId: string;
  sessionKey: string;
  address: Address;
  /** The conversation's owner epoch it speaks under. */
  epoch: number;
  /** Somebody waits for it: it answers a message or a decision. */
  awaited: boolean;
  /** Of a group: it was addressed. */
  mentioned: boolean;
  /** Something has to stand before the answer, or the customer may not want to hear it: nothing of it is shown before it is finished. */
  wholeOnly(): Promise<boolean>;
}

export interface AtWork {
  /** Call `end` once, before the reply is committed: it resolves when nothing more is said in blocks. */
  begin(run: RunAtWork): { hear(event: TurnEvent): void; end(): Promise<void> };
  /** A person has the conversation: nothing more is shown or said of what the agent works on there. */
  takenOver(sessionKey: string): void;
  /** How much of the answer the customer has in blocks already, and before when the rest is not sent. */
  saidBefore(tx: Tx, runId: string, to: Address, text: string): Promise<{ saidBefore?: number; notBefore?: number }>;
  stop(): void;
}

export interface AtWorkOptions {
  db: Database;
  outbox: Outbox;
  adapter(channel: string, accountId: string): ChannelAdapter | undefined;
  manners: MannersOf;
  clock: Clock;
  log: Logger;
  /** Between 0 and 1, for pauses like a person's. */
  random?(): number;
}

const silentToken = "NO_REPLY";
const previewEveryMs = 1_000;
const typingEveryMsDefault = 6_000;
/** A reply that may come out as nothing at all is not shown while it can. */
const mayBeSilence = (text: string): boolean => silentToken.startsWith(text.trimStart().slice(0, silentToken.length));

export function createAtWork({ db, outbox, adapter, manners, clock, log, random = Math.random }: AtWorkOptions): AtWork {
  const bySession = new Map<string, Set<() => void>>();
  const pauses = new Map<string, number>();

  const quietly = (what: string, channel: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      log.warn(`a channel could not ${what}`, { channel, error: String(error) });
    }
  };

  const typingOf = ({ typing }: Manners, { address, awaited, mentioned }: RunAtWork): NonNullable<Manners["typing"]> => {
    // Nobody waits: what comes by itself is not announced.
    if (!awaited) return "never";
    return typing ?? (address.chatType === "direct" || mentioned ? "instant" : "message");
  };

  const begin = (run: RunAtWork): ReturnType<AtWork["begin"]> => {
    const { runId, sessionKey, address, epoch } = run;
    const channel = adapter(address.channel, address.accountId);
    if (!channel) return { hear: () => undefined, end: async () => undefined };
    const given = manners(address.channel, address.accountId);
    const typing = typingOf(given, run);
    const blocks = given.blocks ? blockWriter(run, given.blocks) : undefined;
    let previews = false;
    if (given.preview === true && !given.blocks && channel.preview)
      run.wholeOnly().then(
        (wholeOnly) => {
          previews = !wholeOnly;
        },
        () => undefined,
      );
    let over = false;
    /** Not before it is sure that the agent still has the conversation. */
    let mayShow = false;
    let wantsTyping = typing === "instant";
    let text = "";
    let cancelTyping: (() => void) | undefined;
    let cancelPreview: (() => void) | undefined;
    let shown = "";

    const type = (): void => {
      wantsTyping = true;
      if (over || !mayShow || cancelTyping || !channel.showTyping) return;
      const show = (): void => {
        quietly("show that an answer is being written", address.channel, () => channel.showTyping?.(address));
        cancelTyping = clock.after(given.typingEveryMs ?? typingEveryMsDefault, show);
      };
      show();
    };
    const rest = (): void => {
      cancelTyping?.();
      cancelTyping = undefined;
    };
    const showPreview = (): void => {
      cancelPreview = undefined;
      if (over || !mayShow || text === shown || text.trim() === "" || mayBeSilence(text)) return;
      shown = text;
      quietly("show what is being written", address.channel, () => channel.preview?.(address, cardFree(text), runId));
    };
    const close = (): void => {
      over = true;
      rest();
      cancelPreview?.();
      blocks?.close();
      const own = bySession.get(sessionKey);
      own?.delete(close);
      if (own?.size === 0) bySession.delete(sessionKey);
    };
    const own = bySession.get(sessionKey) ?? new Set();
    bySession.set(sessionKey, own.add(close));
    // Somebody who took over since the turn began is not found by `takenOver`.
    db.get("select epoch from conversation where session_key = ?", sessionKey).then(
      (owner) => {
        if (owner && Number(owner.epoch) !== epoch) return close();
        mayShow = true;
        if (wantsTyping) type();
      },
      () => undefined,
    );

    return {
      hear(event) {
        if (over) return;
        if (event.type === "run-start" && typing === "thinking") type();
        if (event.type === "run-parked") {
          wantsTyping = false;
          rest();
        }
        if (event.type === "text-reset") {
          text = "";
          blocks?.reset();
        }
        if (event.type === "tool-start") {
          // What was said before a tool is asked is no part of the answer.
          text = "";
          blocks?.finishSegment();
        }
        if (event.type !== "text-delta") return;
        text += event.delta;
        if (mayBeSilence(text)) return;
        if (typing !== "never") type();
        blocks?.write(text);
        if (previews) cancelPreview ??= clock.after(shown === "" ? 0 : previewEveryMs, showPreview);
      },
      async end() {
        close();
        await blocks?.written();
      },
    };
  };

  /** Says what is full of an answer, each block as a delivery with an id that is the same after a restart. */
  function blockWriter({ runId, sessionKey, address, epoch, wholeOnly }: RunAtWork, limits: NonNullable<Manners["blocks"]>) {
    const { minChars = 800, maxChars = 1200, idleMs = 1000, paragraphs = false, humanDelay } = limits;
    let maker = createBlockMaker({ minChars, maxChars: Math.max(minChars, maxChars), paragraphs });
    /** What of the segment is in the maker; after a restart, what the blocks before it said is passed over first. */
    let taken = 0;
    let open = true;
    let saidInSegment = false;
    let cancel: (() => void) | undefined;
    let before: string[] | undefined;
    let number = 0;
    let lastWas = 0;
    let chain: Promise<void> = Promise.resolve();
    const begun = (async () => {
      if (await wholeOnly()) open = false;
      const said = await blocksOf(db, runId);
      number = await blockCount(db, runId);
      before = said.length > 0 ? said : undefined;
    })().catch((error: unknown) => {
      open = false;
      log.warn("an answer is sent as a whole: its blocks could not be read", { runId, error: String(error) });
    });

    const say = (block: string): void => {
      if (block.trim() === "") return;
      saidInSegment = true;
      chain = chain.then(async () => {
        const pauseMs = humanDelay && lastWas > 0 ? humanDelay.minMs + Math.round(random() * Math.max(0, humanDelay.maxMs - humanDelay.minMs)) : 0;
        const notBefore = pauseMs === 0 ? 0 : Math.max(clock.now(), lastWas) + pauseMs;
        lastWas = Math.max(clock.now(), notBefore);
        const id = blockId(runId, number++);
        await db.transaction((tx) =>
          outbox.insert(tx, { id, runId, sessionKey, address, author: "agent", epoch, message: { text: cardFree(block.trim()) }, notBefore }),
        );
        if (humanDelay) pauses.set(runId, lastWas + humanDelay.minMs);
        outbox.kick(sessionKey);
      });
      chain = chain.catch((error: unknown) => {
        open = false;
        log.warn("a block could not be put into the outbox: the rest comes with the answer", { runId, error: String(error) });
      });
    };
    /** True once it is clear where this run goes on behind what it said before the restart. */
    const caughtUp = (text: string): boolean => {
      if (!before) return true;
      for (let first = 0; first < before.length; first += 1) {
        const said = before.slice(first);
        const end = endOf(text, said);
        if (end !== undefined) {
          taken = end;
          before = undefined;
          saidInSegment = true;
          return true;
        }
        if (said.join("").replace(/\s+/g, "").startsWith(text.replace(/\s+/g, ""))) return false;
      }
      // It says something else now: the answer comes as a whole.
      open = false;
      return false;
    };

    const take = (text: string): void => {
      if (!open || !caughtUp(text)) return;
      const delta = text.slice(taken);
      taken = text.length;
      for (const block of maker.push(delta)) say(block);
      cancel?.();
      cancel = clock.after(idleMs, () => {
        if (open) for (const block of maker.pause()) say(block);
      });
    };
    let latest = "";
    const anew = (): void => {
      cancel?.();
      maker = createBlockMaker({ minChars, maxChars: Math.max(minChars, maxChars), paragraphs });
      taken = 0;
      latest = "";
      saidInSegment = false;
    };
    return {
      write(text: string) {
        latest = text;
        void begun.then(() => latest === text && take(text));
      },
      /** Another model answers from the start: what was said stays said, and the answer comes as a whole. */
      reset() {
        if (saidInSegment) open = false;
        anew();
      },
      finishSegment() {
        if (open && saidInSegment && maker.rest.trim() !== "") say(maker.rest);
        anew();
      },
      close() {
        open = false;
        cancel?.();
      },
      async written() {
        await begun;
        await chain;
      },
    };
  }

  return {
    begin,
    takenOver(sessionKey) {
      for (const close of [...(bySession.get(sessionKey) ?? [])]) close();
    },
    async saidBefore(tx, runId, { channel, accountId }, text) {
      if (!manners(channel, accountId).blocks) return {};
      const notBefore = pauses.get(runId) ?? 0;
      pauses.delete(runId);
      return { saidBefore: saidOf(text, await blocksOf(tx, runId)), notBefore };
    },
    stop() {
      for (const closers of bySession.values()) for (const close of [...closers]) close();
    },
  };
}
