import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { TurnOutcome } from "@travelagent/protocol/turn";
import { apiChannel } from "../api-channel.ts";
import type { Contact, Disclosure } from "../contact.ts";
import type { ConversationRow } from "../conversations.ts";
import type { InboxRow } from "../inbox.ts";

/** What has to stand before an answer of the agent to a customer. People of the agency and programs know what answers them. */
export async function disclosureFor(
  contact: Contact | undefined,
  { kind }: Pick<TurnOutcome, "kind">,
  {
    runId,
    row,
    conversation,
    epoch,
    customerId,
  }: { runId: string; row: InboxRow | null; conversation: ConversationRow; epoch: number; customerId: string | undefined },
): Promise<Disclosure | undefined> {
  const { sessionKey, address } = conversation;
  const isCustomers = row ? row.kind === "customer" : address.channel !== apiChannel && !address.peerId.startsWith("operator:");
  if (!contact || !isCustomers || kind === "silent" || kind === "failed") return undefined;
  return contact.disclosure({
    runId,
    sessionKey,
    address,
    epoch,
    ...(customerId === undefined ? {} : { customerId }),
    ...(row ? { said: row.message.text } : {}),
  });
}

/** The same answer, with the disclosure before it: the pages join blocks with one line break, so that it reads there as it was sent. */
export function withDisclosure(outcome: TurnOutcome, disclosure: Disclosure | undefined): TurnOutcome {
  if (!disclosure) return outcome;
  const message: AssistantMessage = { ...outcome.message, content: [{ type: "text", text: `${disclosure.text}\n` }, ...outcome.message.content] };
  return { ...outcome, message, text: outcome.text === "" ? disclosure.text : `${disclosure.text}\n\n${outcome.text}` };
}
