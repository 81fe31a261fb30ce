import type { Card, MessageAction } from "@travelagent/protocol/messages";
import type { InlineKeyboardButton } from "grammy/types";

/** Telegram takes up to 64 bytes with a button. */
const maxData = 64;

/** What pressing a button says: an answer to a confirmation, or words. */
export interface Pressed {
  text: string;
  action?: MessageAction;
}

/** Buttons of a message's cards, one below the other. One whose meaning does not fit is left out: the text says what to answer. */
export function keyboardOf(cards: readonly Card[]): InlineKeyboardButton.CallbackButton[][] {
  const rows: InlineKeyboardButton.CallbackButton[][] = [];
  for (const card of cards) {
    if (card.kind === "booking") continue;
    for (const { label, text, action } of card.buttons) {
      const data = action ? `${action.type === "confirm" ? "y" : "n"}:${action.id}` : `t:${text}`;
      if (Buffer.byteLength(data) <= maxData) rows.push([{ text: label, callback_data: data }]);
    }
  }
  // More than that is no choice any more, and Telegram takes a hundred at most.
  return rows.slice(0, 50);
}

/** Undefined for data that no button of ours has. `label` is what stood on the button. */
export function pressed(data: string, label: string): Pressed | undefined {
  const [, kind, rest] = /^([ynt]):([\s\S]+)$/.exec(data) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  if (kind === "t") return { text: rest };
  return { text: label, action: { type: kind === "y" ? "confirm" : "decline", id: rest } };
}
