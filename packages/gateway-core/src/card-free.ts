import { cardCodeMarker, cardMarker, removeCardNumbers } from "@travelagent/protocol";
import type { AssistantMessage, InboundMessage } from "@travelagent/protocol/messages";
import type { TurnOutcome } from "@travelagent/protocol/turn";

/** What a customer is told who typed a card number. */
export const cardNotice =
  "For your safety I have removed the card number from your message without keeping it; please never send card details in a chat, you pay on the agency's secure payment page or with a colleague when you book.";

/** Thirteen digits. */
const shortestCard = 1e12;

/**
 * The value with every text in it, names of keys included, free of card numbers and security codes; a number that is one becomes
 * the text that stands in its place. The value itself when there was none.
 */
export function cardFree<T>(value: T): T {
  if (typeof value === "string") return removeCardNumbers(value).text as T;
  if (typeof value === "number" && value >= shortestCard) {
    const { text, removed } = removeCardNumbers(String(value));
    return removed ? (text as T) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const entries = value.map(cardFree);
    return entries.some((entry, index) => entry !== value[index]) ? (entries as T) : value;
  }
  const given = Object.entries(value);
  const entries = given.map(([key, entry]) => [removeCardNumbers(key).text, cardFree(entry)] as const);
  return entries.some(([key, entry], index) => key !== given[index]![0] || entry !== given[index]![1]) ? (Object.fromEntries(entries) as T) : value;
}

/** What people wrote in it; ids and addresses stay as the platform gave them. */
export function cardFreeMessage(message: InboundMessage): InboundMessage {
  const { address, externalId, senderId, sentAt, ...words } = message;
  const clean = cardFree(words);
  return clean === words ? message : { address, externalId, senderId, sentAt, ...clean };
}

/** Whether a card number or its code was taken out of this text when it came in. */
export const hadCard = (text: string): boolean => text.includes(cardMarker) || text.includes(cardCodeMarker);

/** The same answer, with the notice before it. */
export function withCardNotice(outcome: TurnOutcome): TurnOutcome {
  const message: AssistantMessage = { ...outcome.message, content: [{ type: "text", text: cardNotice }, ...outcome.message.content] };
  return { ...outcome, message, text: outcome.text === "" ? cardNotice : `${cardNotice}\n\n${outcome.text}` };
}
