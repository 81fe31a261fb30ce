import type { DeskCard } from "@travelagent/channel-kit";
import type { Button, MessageAction, OutboundMessage } from "@travelagent/protocol/messages";
import { escaped } from "./mrkdwn.ts";

/** Block Kit, as far as we speak it. */
export type Block =
  | { type: "header"; text: { type: "plain_text"; text: string; emoji: false } }
  | { type: "section"; text: { type: "mrkdwn" | "plain_text"; text: string } }
  | { type: "actions"; elements: SlackButton[] };

export interface SlackButton {
  type: "button";
  action_id: string;
  text: { type: "plain_text"; text: string; emoji: false };
  value: string;
  style?: "primary" | "danger";
}

/** Of a section; Slack allows 3000. */
const maxSection = 2900;
/** In one row of buttons. */
export const maxButtons = 25;

const cut = (text: string, length: number): string => (text.length > length ? `${Array.from(text.slice(0, length - 1)).join("")}…` : text);
const button = (at: number, label: string, value: string, style?: "primary" | "danger"): SlackButton => ({
  type: "button",
  action_id: `b${at}`,
  text: { type: "plain_text", text: cut(label, 75), emoji: false },
  value,
  ...(style === undefined ? {} : { style }),
});

/** Lines as sections, cut between lines where it can be. */
function sections(text: string): Block[] {
  const found: string[] = [];
  for (const line of text.split("\n")) {
    let rest = line;
    while (rest.length > maxSection) {
      // Never inside of an escaped sign.
      const at = rest.slice(0, maxSection).replace(/&[a-z]*$/, "").length;
      found.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    const last = found.at(-1);
    if (last !== undefined && last.length + 1 + rest.length <= maxSection) found[found.length - 1] = `${last}\n${rest}`;
    else found.push(rest);
  }
  return found.filter((part) => part.trim() !== "").map((part): Block => ({ type: "section", text: { type: "mrkdwn", text: part } }));
}

/** Buttons of a message and its cards, in that order. */
export const buttonsOf = ({ buttons = [], cards = [] }: OutboundMessage): Button[] => [
  ...buttons,
  ...cards.flatMap((card) => (card.kind === "booking" ? [] : card.buttons)),
];

/** A text of Slack's dialect with buttons below. Undefined without any. */
export function messageBlocks(text: string, buttons: readonly Button[]): Block[] | undefined {
  if (buttons.length === 0) return undefined;
  const elements = buttons
    .slice(0, maxButtons)
    .map(({ label, text: says, action, style }, at) => button(at, label, meaningOf(says, action), style === "plain" ? undefined : style));
  return [...sections(text), { type: "actions", elements }];
}

const meaningOf = (text: string, action: MessageAction | undefined): string =>
  JSON.stringify(action ? [cut(text, 900), action.type, action.id] : [cut(text, 900)]);

/** What a press says. Undefined for a value that no button of a message has. */
export function pressed(value: string): { text: string; action?: MessageAction } | undefined {
  try {
    const [text, type, id] = JSON.parse(value) as unknown[];
    if (typeof text !== "string" || text === "") return undefined;
    if (type === undefined) return { text };
    return (type === "confirm" || type === "decline") && typeof id === "string" ? { text, action: { type, id } } : undefined;
  } catch {
    return undefined;
  }
}

/** A card for people of the agency: no sign in it is markup. */
export const deskBlocks = ({ title, lines, buttons = [] }: DeskCard): Block[] => [
  ...(title === undefined ? [] : [{ type: "header" as const, text: { type: "plain_text" as const, text: cut(title, 150), emoji: false as const } }]),
  ...sections(escaped(lines.join("\n"))).slice(0, 45),
  ...(buttons.length === 0
    ? []
    : [{ type: "actions" as const, elements: buttons.map(({ label, value, style }, at) => button(at, label, `desk:${value}`, style)) }]),
];

/** The same in words, for notifications and screen readers. */
export const deskText = ({ title, lines }: DeskCard): string => escaped(cut([title, ...lines].filter(Boolean).join("\n"), 3000));
