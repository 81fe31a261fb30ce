import type { Booking, ChatMessage } from "@travelagent/protocol";
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
      return [card.title, ...card.offers.flatMap(renderOffer), ...hints(card.buttons)].join("\n");
    case "confirmation":
      return [
        card.title,
        ...card.lines.map((line) => `  ${line}`),
        ...(card.total ? [`  Total: ${card.total.amount} ${card.total.currency}`] : []),
        ...(card.penalty ? [`  Penalty: ${card.penalty.amount} ${card.penalty.currency}`] : []),
        `  Valid until ${card.expiresAt}`,
        ...hints(card.buttons),
      ].join("\n");
    case "booking":
      return [card.title, ...renderBooking(card.booking), ...card.lines].join("\n");
  }
}

function renderOffer({ number, title, lines, price, tags, sandbox }: Extract<Card, { kind: "offers" }>["offers"][number]): string[] {
  const marks = [...tags, ...(sandbox ? ["sandbox, not real travel"] : [])];
  return [
    `  ${number}. ${title}  ${price.amount} ${price.currency}${marks.length > 0 ? `  (${marks.join(", ")})` : ""}`,
    ...lines.map((line) => `     ${line}`),
  ];
}

const hints = (buttons: readonly Button[]): string[] =>
  buttons.length === 0 ? [] : [`  ${buttons.map(({ label, text }) => (label === text ? `[${label}]` : `[${label}] type: ${text}`)).join("   ")}`];

/** A booking as lines. */
export function renderBooking(booking: Booking): string[] {
  return [
    `Booking ${booking.reference}: ${booking.status}`,
    ...booking.items.flatMap((item) => [
      `  ${item.summary}${item.sandbox ? " (sandbox, not real travel)" : ""}`,
      `    ${item.status}, ${item.start.local} to ${item.end.local}${item.locators.length > 0 ? `, code ${item.locators.join(", ")}` : ""}`,
    ]),
    ...(booking.travellers.length > 0 ? [`  Travellers: ${booking.travellers.map(({ name }) => name).join(", ")}`] : []),
    `  Total: ${booking.total.amount} ${booking.total.currency}, still to pay ${booking.balance.amount} ${booking.balance.currency}`,
    ...(booking.paymentTimeLimit ? [`  Pay before ${booking.paymentTimeLimit}`] : []),
  ];
}
