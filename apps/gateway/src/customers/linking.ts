import { join } from "node:path";
import type { Tool } from "@travelagent/agent-runtime";
import type { Handlers } from "@travelagent/protocol";
import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { WorkContext } from "@travelagent/protocol/ports";
import type { AgentPort, TurnOutcome, TurnRequest } from "@travelagent/protocol/turn";
import type { Session } from "@travelagent/sessions";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";
import { type CodeSender, codeIn, type Linking, linkHandlers, linkTools, openLinking } from "@travelagent/tools-crm/linking";
import { ownSecret } from "../configuration/own-file.ts";
import type { CustomersOptions } from "./open-customers.ts";
import type { QuietLanes } from "./quiet-lanes.ts";

type LinkingParts = CustomersOptions & { crm: Crm; agencyOf: AgencyOf; quiet: QuietLanes };

export interface OpenedLinking {
  tools: readonly Tool[];
  handlers: Handlers;
  vouch: Linking["vouch"];
  /**
   * Turns of direct conversations: somebody whose identity is known is that customer from the first step on, and a message that is a
   * one-time code is checked here and reaches no model.
   */
  around(agent: AgentPort): AgentPort;
  resume(): Promise<void>;
  close(): void;
}

const right = "Thank you, the code is right. I know you now; what can I do for you?";
const soon = "Thank you, the code is right. It takes a moment until everything is joined; I tell you when it is done.";
const wrong = "This code is not right or does not count any more. Please look again, or ask for a new one.";
const welcome = "I know you now. What can I do for you?";
/** What stands in the history instead of a code. */
const redacted = "(a one-time code)";

/** Channels on which nobody may be looking. */
const leftAlone: ReadonlySet<string> = new Set(["webchat"]);

export async function openLinks(parts: LinkingParts): Promise<OpenedLinking> {
  const { paths, db, clock, log, crm, sessions, bookings, gateway, agencyOf, quiet } = parts;
  const linking = openLinking({
    db,
    crm,
    clock,
    log,
    secret: ownSecret(join(paths.credentials, "linking.key")),
    ports: {
      codes: codeSender(parts),
      bookingOwner: async (reference) => (await bookings().byReference(reference))?.order.customerId,
      ownerOf: async (sessionKey) => (await sessions.get(sessionKey))?.customerId,
      async bind({ sessionKey }, customerId, name) {
        // Who was vouched for before they wrote is known by their identity with the first message.
        if (!(await sessions.get(sessionKey))) return;
        await sessions.bindCustomer(sessionKey, customerId);
        await gateway().bindCustomer(sessionKey, customerId, name);
      },
      quiet: quiet.run,
      welcome: ({ id, sessionKey }) => gateway().tell({ id: `${id}:welcome`, sessionKey, text: welcome }),
    },
  });
  const knownBy = knownCustomer(parts);

  return {
    tools: linkTools({ linking, agencyOf }),
    handlers: linkHandlers(linking),
    vouch: linking.vouch,
    around: (agent) => ({
      ...agent,
      async run(given, work, emit) {
        if (given.turn.chatType === "group") return agent.run(given, work, emit);
        const request = await knownBy(given, work);
        const { turn, message } = request;
        const code = message && !request.decisionId && !message.action ? codeIn(message.text) : undefined;
        if (code !== undefined && (await work.step("link:awaits", () => linking.awaits(turn.sessionKey), { durable: false })))
          return checked(linking, parts, request, code, work);
        const outcome = await agent.run(request, work, emit);
        // The tool proved it: the conversation is linked once nothing of this turn reads any more.
        await linking.settle(turn.sessionKey, { within: true }).catch((error: unknown) => log.error("a conversation could not be linked", { error }));
        return outcome;
      },
    }),
    resume: () => linking.resume(),
    close: () => linking.close(),
  };
}

/** Whoever writes from an identity that is known is bound before anything is read, so that the whole turn is one customer's. */
function knownCustomer({ crm, sessions, gateway, agencyOf }: LinkingParts): (request: TurnRequest, work: WorkContext) => Promise<TurnRequest> {
  return async (request, work) => {
    const { turn } = request;
    if (turn.customerId !== undefined) return request;
    const known = await work.step(
      "customer:known",
      async () => {
        const customer = await crm.byIdentity(turn.channel, turn.peerId, agencyOf(turn));
        return customer ? { id: customer.id, name: customer.name } : null;
      },
      { durable: false, joinsNext: () => true },
    );
    if (!known) return request;
    await sessions.bindCustomer(turn.sessionKey, known.id);
    await gateway().bindCustomer(turn.sessionKey, known.id, known.name);
    return { ...request, turn: { ...turn, customerId: known.id } };
  };
}

/** Answers a message that is a code, without any model. */
async function checked(linking: Linking, { sessions, clock }: LinkingParts, request: TurnRequest, code: string, work: WorkContext): Promise<TurnOutcome> {
  const { turn, message } = request;
  const proven = await work.step("link:confirm", () => linking.confirm(turn.sessionKey, code));
  // Also when a crash came between the proof and its memo.
  const linked = await work.step("link:settle", () => linking.settle(turn.sessionKey, { within: true }));
  const text = linked ? right : proven ? soon : wrong;
  const now = clock.now();
  await sessions.append(turn.sessionKey, [
    { id: `${turn.runId}:user`, message: { role: "user", content: redacted, timestamp: message?.sentAt ?? now, messageId: turn.runId } },
  ]);
  const answer: AssistantMessage = {
    role: "assistant",
    content: [{ type: "text", text }],
    provider: "travelagent",
    model: "gateway",
    stopReason: "stop",
    timestamp: now,
  };
  return { kind: "replied", message: answer, text, cards: [], async commit() {} };
}

/** To the conversation of the customer's that was last used, of those whose peer is a verified identity of theirs. */
function codeSender({ sessions, gateway, agencyOf, crm, log }: LinkingParts): CodeSender {
  return {
    async send({ id, customerId, identities, not, text }) {
      const customer = await crm.get(customerId);
      const isTheirs = ({ channel, accountId, peerId, chatType, key }: Session): boolean =>
        key !== not &&
        chatType === "direct" &&
        channel !== undefined &&
        accountId !== undefined &&
        peerId !== undefined &&
        agencyOf({ channel, accountId }) === customer?.agency &&
        identities.some((identity) => identity.channel === channel && identity.peerId === peerId);
      const { sessions: all } = await sessions.list({ customerId, limit: 200 });
      const theirs = all.filter(isTheirs).sort((a, b) => Number(leftAlone.has(a.channel!)) - Number(leftAlone.has(b.channel!)) || b.updatedAt - a.updatedAt);
      for (const { key, channel } of theirs) {
        try {
          await gateway().tell({ id: `${id}:code`, sessionKey: key, text });
          return leftAlone.has(channel!) ? "perhaps" : "sent";
        } catch (error) {
          log.warn("a one-time code could not be brought to a conversation", { channel, error });
        }
      }
      return "nowhere";
    },
  };
}
