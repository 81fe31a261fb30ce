import type { Receipt } from "@travelagent/protocol/messages";
import type { DeskCard, DeskListener, DeskPress, DeskSurface, DeskWords } from "../desk.ts";

export interface FakePost {
  room: string;
  id: string;
  externalId: string;
  thread?: string;
  card: DeskCard;
  edits: number;
  deleted: boolean;
}

export interface FakeDesk extends DeskSurface {
  /** Its own ledger, in order. What was taken away stays in it. */
  readonly posts: readonly FakePost[];
  /** How the next post, edit or removal goes wrong: refused for now, or the answer to it is lost. */
  failNext(how: "refused" | "lost"): void;
  /** What whoever did it was shown. */
  press(press: Omit<DeskPress, "pressId"> & { pressId?: string }): Promise<string | undefined>;
  write(words: Pick<DeskWords, "room" | "user" | "text"> & Partial<DeskWords>): Promise<string | undefined>;
  ask(command: { room: string; user: string; command: string }): Promise<string | undefined>;
}

/** Rooms in memory, for tests of what is shown and done in them. */
export function fakeDesk({
  channel = "slack",
  accountId = "default",
  rooms = ["ROOM1"],
}: {
  channel?: string;
  accountId?: string;
  rooms?: readonly string[];
} = {}): FakeDesk {
  const posts: FakePost[] = [];
  let listener: DeskListener | undefined;
  let fault: "refused" | "lost" | undefined;
  let serial = 0;
  const refused: Receipt = { status: "failed", reason: "not now", retryable: true };
  const lost: Receipt = { status: "unknown", reason: "no answer" };
  const gone: Receipt = { status: "failed", reason: "it is not there any more", retryable: false, code: "no-such-recipient" };
  const next = (): string => {
    serial += 1;
    return `m${serial}`;
  };

  async function act(signal: AbortSignal, effect: () => Receipt): Promise<Receipt> {
    if (signal.aborted) return refused;
    const how = fault;
    fault = undefined;
    if (how === "refused") return refused;
    const receipt = effect();
    return how === "lost" ? lost : receipt;
  }
  const find = (externalId: string): FakePost | undefined => posts.find((post) => post.externalId === externalId && !post.deleted);

  return {
    channel,
    accountId,
    rooms,
    posts,
    listen(given) {
      listener = given;
    },
    post: (room, card, { id, thread, signal }) =>
      act(signal, () => {
        const post: FakePost = { room, id, externalId: next(), card, edits: 0, deleted: false, ...(thread === undefined ? {} : { thread }) };
        posts.push(post);
        return { status: "sent", externalId: post.externalId };
      }),
    edit: (_room, externalId, card, signal) =>
      act(signal, () => {
        const post = find(externalId);
        if (!post) return gone;
        post.card = card;
        post.edits += 1;
        return { status: "sent", externalId };
      }),
    remove: (_room, externalId, signal) =>
      act(signal, () => {
        const post = find(externalId);
        if (post) post.deleted = true;
        return { status: "sent" };
      }),
    async reconcile(room, { id }) {
      const post = posts.find((one) => one.room === room && one.id === id && !one.deleted);
      return post ? { status: "sent", externalId: post.externalId } : null;
    },
    failNext(how) {
      fault = how;
    },
    press: async (press) => listener?.pressed({ pressId: next(), ...press }),
    write: async (words) => listener?.wrote({ externalId: next(), files: false, ...words }),
    ask: async (command) => listener?.asked(command),
  };
}
