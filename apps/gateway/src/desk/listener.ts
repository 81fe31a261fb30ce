import { createHash } from "node:crypto";
import type { DeskListener, DeskPress, DeskWords } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Calls } from "./calls.ts";
import { hashMark, ownerMark } from "./cards.ts";
import type { DeskOptions } from "./desk.ts";
import { type Operator, operatorOf } from "./operators.ts";
import type { DeskPosts } from "./posts.ts";

export interface DeskListenerOptions extends Pick<DeskOptions, "config" | "decisions" | "correspondence" | "log" | "crm"> {
  posts: DeskPosts;
  calls: Calls;
  answering: Set<string>;
  nameOf(actor: string): string;
  wake(): void;
}

export interface SurfaceName {
  channel: string;
  accountId: string;
  roomKey(room: string): string;
}

const nobody = "Only operators of the agency can do that here, and you are none of them. Nothing happened.";
const over = "This is over, or another question than the one on this card. Nothing happened.";
const answersAgain = "The agent answers this customer. Nothing was sent: press Take over first.";
const noFiles = "Files are not passed on: send them from the console.";
const remark = /^\s*\/\//;
const noteWords = /^\s*note:\s*/i;

/** Such that what the platform delivers again is known to be the same. */
const keyOf = (...parts: string[]): string => `desk:${createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 40)}`;

/** What people do in the rooms. Whoever is no operator now does nothing, whatever they press. */
export function createDeskListener({ config, decisions, correspondence, log, crm, posts, calls, answering, nameOf, wake }: DeskListenerOptions): {
  of(surface: SurfaceName): DeskListener;
} {
  /** Words for whoever did it. What may go better later is raised, so that the platform delivers it again. */
  async function told(act: () => Promise<string | undefined>): Promise<string | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!TravelAgentError.is(error)) throw error;
      if (error.code === "UNAVAILABLE" || error.code === "STORAGE_BUSY") throw error;
      return `Nothing happened: ${error.message.replace(/\.$/, "")}.`;
    } finally {
      wake();
    }
  }

  async function decide(operator: Operator, press: DeskPress, approve: boolean, id: string, mark: string): Promise<string> {
    const decision = await decisions.get(id);
    if (decision?.kind !== "approval" || hashMark(decision.actionHash) !== mark) return over;
    await calls(operator, "approvals.resolve", { id, decision: approve ? "approve" : "deny", idempotencyKey: keyOf(press.room, press.pressId) });
    return approve ? "Approved." : "Denied.";
  }

  async function take(operator: Operator, press: DeskPress, caseId: string, owner: string, room: string): Promise<string> {
    const one = await posts.case(caseId);
    if (!one || one.room !== room || one.closed) return over;
    const found = await correspondence.conversation(one.sessionKey);
    if (!found || found.state === "agent") return over;
    if (found.state === "person" && found.assignee === operator.actor) return "You have it already: write in the thread.";
    if (ownerMark(found.assignee) !== owner) return `${nameOf(found.assignee ?? "somebody")} has it meanwhile. Nothing happened.`;
    if (found.state === "person" && !operator.scopes.includes("operator.admin"))
      return `${nameOf(found.assignee ?? "somebody")} has it. Only a manager takes it from them here.`;
    await calls(operator, "conversations.takeOver", { conversationId: one.sessionKey, idempotencyKey: keyOf(press.room, press.pressId) });
    return "It is yours: what you write in the thread goes to the customer.";
  }

  async function back(operator: Operator, press: DeskPress, caseId: string, owner: string, room: string): Promise<string> {
    const one = await posts.case(caseId);
    const found = one && one.room === room && !one.closed ? await correspondence.conversation(one.sessionKey) : null;
    if (!one || found?.state !== "person" || ownerMark(found.assignee) !== owner) return over;
    if (found.assignee !== operator.actor && !operator.scopes.includes("operator.admin"))
      return `${nameOf(found.assignee ?? "somebody")} has it: they hand it back, or a manager does.`;
    await calls(operator, "conversations.handBack", { conversationId: one.sessionKey, idempotencyKey: keyOf(press.room, press.pressId) });
    return "The agent answers again.";
  }

  async function note(operator: Operator, words: DeskWords, sessionKey: string): Promise<string> {
    const found = await correspondence.conversation(sessionKey);
    if (!operator.scopes.includes("operator.write")) return nobody;
    await crm.addNote(
      { sessionKey, ...(found?.customerId === undefined ? {} : { customerId: found.customerId }) },
      { text: words.text.replace(noteWords, ""), author: operator.actor },
      { idempotencyKey: keyOf(words.room, words.externalId) },
    );
    return "Noted in the customer's record. Nothing was sent.";
  }

  async function reply(operator: Operator, words: DeskWords, sessionKey: string, roomKey: string): Promise<string | undefined> {
    const found = await correspondence.conversation(sessionKey);
    if (!found || found.state === "agent") return answersAgain;
    if (found.state === "person" && found.assignee !== operator.actor)
      return `${nameOf(found.assignee ?? "somebody")} has this conversation. Nothing was sent: take it over first, or begin the line with // to say something to colleagues.`;
    if (words.text.trim() === "") return words.files ? noFiles : undefined;
    answering.add(sessionKey);
    try {
      const { messageId } = await calls(operator, "conversations.reply", {
        conversationId: sessionKey,
        message: words.text,
        idempotencyKey: keyOf(words.room, words.externalId),
      });
      // It stands in the thread already.
      await posts.ensure({ room: roomKey, kind: "words", subject: messageId, sessionKey, done: true });
    } finally {
      answering.delete(sessionKey);
    }
    return words.files ? noFiles : undefined;
  }

  return {
    of: ({ channel, accountId, roomKey }) => {
      const who = (user: string): Operator | undefined => operatorOf(config().desk, { channel, accountId, user });
      return {
        async pressed(press) {
          const operator = who(press.user);
          if (!operator) {
            log.warn("somebody who is no operator pressed a button of the desk", { channel, account: accountId });
            return nobody;
          }
          const [, kind, id, mark] = /^(yes|no|take|back):([\w-]+):(.*)$/.exec(press.value) ?? [];
          if (kind === undefined || id === undefined || mark === undefined) return over;
          return told(() => {
            if (kind === "take") return take(operator, press, id, mark, roomKey(press.room));
            if (kind === "back") return back(operator, press, id, mark, roomKey(press.room));
            return decide(operator, press, kind === "yes", id, mark);
          });
        },

        async wrote(words) {
          const post = words.thread === undefined ? null : await posts.at(roomKey(words.room), words.thread);
          // People talk to each other here; only what stands below a conversation is meant for its customer.
          if (post?.kind !== "case" || remark.test(words.text)) return undefined;
          const operator = who(words.user);
          if (!operator) return nobody;
          const one = await posts.case(post.subject);
          if (!one) return over;
          if (noteWords.test(words.text)) return told(() => note(operator, words, one.sessionKey));
          if (one.closed) return answersAgain;
          return told(() => reply(operator, words, one.sessionKey, roomKey(words.room)));
        },

        async asked({ user, command }) {
          const operator = who(user);
          if (!operator) return nobody;
          if (command !== "approvals") return "In a thread below a conversation you write to its customer. /approvals lists what waits for a decision.";
          return told(async () => {
            const { approvals } = await calls(operator, "approvals.list", { status: "pending", limit: 20 });
            if (approvals.length === 0) return "No approval waits.";
            return approvals
              .map(({ title, role, expiresAt }) => `${title} (for a ${role}, valid until ${expiresAt.slice(0, 16).replace("T", " ")} UTC)`)
              .join("\n");
          });
        },
      };
    },
  };
}
