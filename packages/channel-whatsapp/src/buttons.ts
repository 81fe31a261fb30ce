import type { Button, MessageAction, OutboundMessage } from "@travelagent/protocol/messages";

/** What pressing a button says: an answer to a confirmation, or words. */
export interface Pressed {
  text: string;
  action?: MessageAction;
}

/** A button as WhatsApp takes it: `id` comes back when it is pressed. */
export interface Choice {
  id: string;
  label: string;
  /** A second line, where there is room for one. */
  detail?: string;
}

/** WhatsApp gives back up to so many characters with a button, and 200 with a line of a list. */
const maxId = 200;

/** Those of the message and of its cards, in order. One whose meaning does not fit is left out: the text says what to answer. */
export function choicesOf({ buttons = [], cards = [] }: OutboundMessage): Choice[] {
  const found: Choice[] = buttons.map((button) => choiceOf(button));
  for (const card of cards) {
    if (card.kind === "booking") continue;
    for (const button of card.buttons) {
      const offer = card.kind === "offers" && !button.action ? card.offers.find(({ number }) => String(number) === button.text) : undefined;
      found.push(
        offer ? { ...choiceOf(button), label: `${offer.number}. ${offer.title}`, detail: `${offer.price.amount} ${offer.price.currency}` } : choiceOf(button),
      );
    }
  }
  const ids = new Set<string>();
  return found.filter(({ id }) => id.length <= maxId && !ids.has(id) && ids.add(id));
}

function choiceOf({ label, text, action }: Button): Choice {
  if (!action) return { id: `t:${text}`, label };
  const id = `${action.type === "confirm" ? "y" : "n"}:${encodeURIComponent(action.id)}:`;
  // Where the words have no room, what stood on the button says the same.
  return { id: id.length + text.length <= maxId ? id + text : id, label };
}

/** Undefined for an id that no button of ours has. `label` is what stood on it. */
export function pressed(id: string, label: string): Pressed | undefined {
  if (id.startsWith("t:") && id.length > 2) return { text: id.slice(2) };
  const [, kind, encoded = "", text = ""] = /^([yn]):([^:]+):([\s\S]*)$/.exec(id) ?? [];
  if (kind === undefined) return undefined;
  try {
    return { text: text === "" ? label : text, action: { type: kind === "y" ? "confirm" : "decline", id: decodeURIComponent(encoded) } };
  } catch {
    return undefined;
  }
}
