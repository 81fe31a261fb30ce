import type { Button, MessageAction, OutboundMessage } from "@travelagent/protocol/messages";
import type { InlineKeyboardButton } from "grammy/types";

/** Telegram takes up to 64 bytes with a button. */
const maxData = 64;
/** More than that is no choice any more, and Telegram takes a hundred at most. */
const mostRows = 50;

/** What pressing a button says: an answer to a confirmation, or words. */
export interface Pressed {
  text: string;
  action?: MessageAction;
}

/** Data of a button; undefined when its meaning does not fit. The words of an answer are left out first: its label says them too. */
function dataOf({ text, action }: Button): string | undefined {
  const forms = action
    ? [`${action.type === "confirm" ? "y" : "n"}:${action.id}:${text}`, `${action.type === "confirm" ? "y" : "n"}:${action.id}`]
    : [`t:${text}`];
  return forms.find((form) => Buffer.byteLength(form) <= maxData);
}

/** Buttons of a message and of its cards, one below the other. One whose meaning does not fit is left out: the text says what to answer. */
export function keyboardOf({ buttons = [], cards = [] }: Pick<OutboundMessage, "buttons" | "cards">): InlineKeyboardButton.CallbackButton[][] {
  const all = [...buttons, ...cards.flatMap((card) => (card.kind === "booking" ? [] : card.buttons))];
  return all
    .flatMap((button) => {
      const data = dataOf(button);
      return data === undefined ? [] : [[{ text: button.label, callback_data: data }]];
    })
    .slice(0, mostRows);
}

/** Undefined for data that no button of ours has. `label` is what stood on the button. */
export function pressed(data: string, label: string): Pressed | undefined {
  const [, kind, rest] = /^([ynt]):([\s\S]+)$/.exec(data) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  if (kind === "t") return { text: rest };
  const [, id = "", words] = /^([^:]+)(?::([\s\S]+))?$/.exec(rest) ?? [];
  return id === "" ? undefined : { text: words ?? label, action: { type: kind === "y" ? "confirm" : "decline", id } };
}
