import type { DeskCard } from "@travelagent/channel-kit";
import type { Button, MessageAction, OutboundMessage } from "@travelagent/protocol/messages";

export interface DiscordButton {
  type: 2;
  style: 1 | 2 | 4;
  label: string;
  custom_id: string;
}
export interface ActionRow {
  type: 1;
  components: DiscordButton[];
}
export interface Embed {
  title?: string;
  description: string;
  footer?: { text: string };
}

/** Five rows of five. */
export const maxButtons = 25;
const maxId = 100;
const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, "")}…` : text);

/** Buttons of a message and its cards, in that order. */
const buttonsOf = ({ buttons = [], cards = [] }: OutboundMessage): Button[] => [
  ...buttons,
  ...cards.flatMap((card) => (card.kind === "booking" ? [] : card.buttons)),
];

const rows = (buttons: readonly DiscordButton[]): ActionRow[] =>
  Array.from({ length: Math.ceil(buttons.length / 5) }, (_, row) => ({ type: 1, components: buttons.slice(5 * row, 5 * row + 5) }));

const styles = { primary: 1, danger: 4, plain: 2 } as const;

/** `0|y|<id>|<text>`: a number, since ids within a message differ; the text goes where there is room for it. */
function idOf(at: number, text: string, action: MessageAction | undefined): string | undefined {
  const whole = action ? `${at}|${action.type === "confirm" ? "y" : "n"}|${action.id}|${text}` : `${at}|t|${text}`;
  if (whole.length <= maxId) return whole;
  return action ? whole.slice(0, whole.length - text.length) : undefined;
}

/** The buttons as rows, and what stays over: labels of those whose meaning has no room, and of more than there may be. */
export function buttonRows(message: OutboundMessage): { components: ActionRow[]; lines: string[] } {
  const lines: string[] = [];
  const shown: DiscordButton[] = [];
  for (const [at, { label, text, action, style = "plain" }] of buttonsOf(message).entries()) {
    const id = shown.length < maxButtons ? idOf(at, text, action) : undefined;
    if (id === undefined) lines.push(`- ${label}`);
    else shown.push({ type: 2, style: styles[style], label: cut(label, 80), custom_id: id });
  }
  return { components: rows(shown), lines };
}

/** What a press says. Undefined for an id that no button of a message has. `label` stands for words that had no room. */
export function pressed(customId: string, label: string): { text: string; action?: MessageAction } | undefined {
  const [, words] = /^\d+\|t\|([\s\S]+)$/.exec(customId) ?? [];
  if (words !== undefined) return { text: words };
  const [, kind, id, text] = /^\d+\|([yn])\|([^|]+)\|([\s\S]*)$/.exec(customId) ?? [];
  if (kind === undefined || id === undefined || (text || label) === "") return undefined;
  return { text: text || label, action: { type: kind === "y" ? "confirm" : "decline", id } };
}

/** Text that means nothing to Discord: neither markup nor somebody's name. */
export const plain = (text: string): string =>
  text
    .replace(/([\\*_~`|<>[\]()@])/g, "\\$1")
    .replace(/^(\s*)([#\-+]|\d+\.)(?=\s)/gm, (_, space: string, mark: string) => `${space}${mark.replace(/([#\-+.])/, "\\$1")}`);

/** A card for people of the agency. `mark` stands below it in small letters: by it the card is found again. */
export function deskContent({ title, lines, buttons = [] }: DeskCard, mark: string): { content: string; embeds: Embed[]; components: ActionRow[] } {
  return {
    content: "",
    embeds: [
      {
        ...(title === undefined ? {} : { title: cut(plain(title), 256) }),
        description: cut(plain(lines.join("\n")) || "\u200b", 4000),
        footer: { text: mark },
      },
    ],
    components: rows(
      buttons.map(({ label, value, style }, at) => ({
        type: 2,
        style: style === undefined ? 2 : styles[style],
        label: cut(label, 80),
        custom_id: `desk|${at}|${value}`,
      })),
    ),
  };
}

export const deskValue = (customId: string): string | undefined => /^desk\|\d+\|([\s\S]+)$/.exec(customId)?.[1];
