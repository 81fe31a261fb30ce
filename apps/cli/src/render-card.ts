import type { Booking, ChatMessage, Money } from "@travelagent/protocol";
import type { Button, Card } from "@travelagent/protocol/messages";

/** What a message says, without its cards. */
export const messageText = ({ content }: Pick<ChatMessage, "content">): string =>
  typeof content === "string" ? content : content.map((block) => (block.type === "text" && typeof block.text === "string" ? block.text : "")).join("");

/** Cards as lines of text; a button is shown with what to type for it. */
export const renderCards = (cards: readonly Card[]): string => cards.map(renderCard).join("\n\n");

/** Every button of these cards, in the order shown. */
export const buttonsOf = (cards: readonly Card[]): Button[] => cards.flatMap((card) => (card.kind === "booking" ? [] : card.buttons));

function renderCard(card: Card): string {
  switch (card.kind) {
    case "offers":
      return renderOffers(card);
    case "confirmation":
      return [
        card.title,
        ...card.lines.map((line) => `  ${line}`),
        ...(card.total && !tells(card.lines, /^total/i, card.total) ? [`  Total: ${money(card.total)}`] : []),
        ...(card.penalty && /[1-9]/.test(card.penalty.amount) && !tells(card.lines, /cost|fee|penalty/i, card.penalty)
          ? [`  Penalty: ${money(card.penalty)}`]
          : []),
        `  Valid until ${instant(card.expiresAt)}`,
        ...hints(card.buttons),
      ].join("\n");
    case "booking":
      return [
        card.title,
        ...(card.lines.length > 0 ? [`  Status: ${card.booking.status}`, ...card.lines.map((line) => `  ${line}`)] : renderBooking(card.booking)),
      ].join("\n");
  }
}

type OffersCard = Extract<Card, { kind: "offers" }>;

function renderOffers({ title, offers, buttons }: OffersCard): string {
  // Where nothing is real it is said once, not with every offer.
  const allSandbox = offers.length > 0 && offers.every(({ sandbox }) => sandbox);
  const numbers = buttons.every(({ text }, index) => text === String(offers[index]?.number));
  const how = numbers && offers.length > 1 ? [`  Type a number from ${offers[0]!.number} to ${offers.at(-1)!.number} to choose.`] : hints(buttons);
  return [title, ...offers.flatMap((offer) => renderOffer(offer, !allSandbox)), ...(allSandbox ? ["  Sandbox: no real travel."] : []), ...how].join("\n");
}

function renderOffer({ number, title, lines, price, tags, sandbox }: OffersCard["offers"][number], each: boolean): string[] {
  const marks = [...tags, ...(sandbox && each ? ["sandbox, not real travel"] : [])];
  return [
    `  ${number}. ${title}  ${price.amount} ${price.currency}${marks.length > 0 ? `  (${marks.join(", ")})` : ""}`,
    ...lines.map((line) => `     ${line}`),
  ];
}

const money = ({ amount, currency }: Money): string => `${amount} ${currency}`;
/** Whether a line tells this sum under one of these names: then it is not said twice. */
const tells = (lines: readonly string[], name: RegExp, sum: Money): boolean => lines.some((line) => name.test(line) && line.includes(money(sum)));
/** `2026-11-21T10:14:32Z` as `2026-11-21 10:14 UTC`. */
const instant = (iso: string): string => (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) && iso.endsWith("Z") ? `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC` : iso);
const wallClock = (local: string): string => local.slice(0, 16).replace("T", " ");

const hints = (buttons: readonly Button[]): string[] =>
  buttons.length === 0 ? [] : [`  ${buttons.map(({ label, text }) => (label === text ? `[${label}]` : `[${label}] type: ${text}`)).join("   ")}`];

/** A booking as lines. */
export function renderBooking(booking: Booking): string[] {
  return [
    `Booking ${booking.reference}: ${booking.status}`,
    ...booking.items.flatMap((item) => [
      `  ${item.summary}${item.sandbox ? " (sandbox, not real travel)" : ""}`,
      `    ${item.status}, ${wallClock(item.start.local)} to ${wallClock(item.end.local)}${item.locators.length > 0 ? `, code ${item.locators.join(", ")}` : ""}`,
    ]),
    ...(booking.travellers.length > 0 ? [`  Travellers: ${booking.travellers.map(({ name }) => name).join(", ")}`] : []),
    `  Total: ${booking.total.amount} ${booking.total.currency}, still to pay ${booking.balance.amount} ${booking.balance.currency}`,
    ...(booking.paymentTimeLimit ? [`  Pay before ${instant(booking.paymentTimeLimit)}`] : []),
  ];
}
