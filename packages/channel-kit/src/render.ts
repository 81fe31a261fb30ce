import type { Booking, Money, TravelTime } from "@travelagent/protocol";
import type { Card, OutboundMessage } from "@travelagent/protocol/messages";

/** The message as plain text for channels without cards: everything a customer needs to choose, confirm or know is in it. */
export function renderText(message: OutboundMessage): string {
  return [message.text.trim(), ...(message.cards ?? []).map(renderCard)].filter((part) => part !== "").join("\n\n");
}

function renderCard(card: Card): string {
  switch (card.kind) {
    case "offers":
      return renderOffers(card);
    case "confirmation":
      return renderConfirmation(card);
    case "booking":
      return [card.title, ...renderBooking(card.booking), ...card.lines].join("\n");
  }
}

function renderOffers({ title, offers }: Extract<Card, { kind: "offers" }>): string {
  const entries = offers.map(({ number, title: name, price, lines, tags, sandbox }) => {
    const marks = [...tags, ...(sandbox ? ["sandbox, not real travel"] : [])];
    return [`${number}. ${name}: ${money(price)}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`, ...lines.map((line) => `   ${line}`)].join("\n");
  });
  const how = offers.length === 0 ? [] : [offers.length === 1 ? `Answer ${offers[0]?.number} to choose it.` : "Answer with the number of your choice."];
  return [title, ...entries, ...how].join("\n\n");
}

function renderConfirmation({ title, lines, total, penalty, expiresAt }: Extract<Card, { kind: "confirmation" }>): string {
  return [
    title,
    ...lines.map((line) => `- ${line}`),
    ...(total ? [`Total: ${money(total)}`] : []),
    ...(penalty ? [`Penalty: ${money(penalty)}`] : []),
    `Valid until ${instant(expiresAt)}.`,
    "Answer YES to confirm or NO.",
  ].join("\n");
}

function renderBooking(booking: Booking): string[] {
  return [
    `Booking ${booking.reference}: ${booking.status.replaceAll("-", " ")}`,
    ...booking.items.flatMap((item) => [
      `- ${item.summary}${item.sandbox ? " (sandbox, not real travel)" : ""}`,
      `  ${wallClock(item.start)} to ${wallClock(item.end)}${item.locators.length > 0 ? `, code ${item.locators.join(", ")}` : ""}`,
    ]),
    ...(booking.travellers.length > 0 ? [`Travellers: ${booking.travellers.map(({ name }) => name).join(", ")}`] : []),
    `Total: ${money(booking.total)}`,
    ...(/[1-9]/.test(booking.balance.amount) && !booking.balance.amount.startsWith("-") ? [`Still to pay: ${money(booking.balance)}`] : []),
    ...(booking.paymentTimeLimit ? [`Pay before ${instant(booking.paymentTimeLimit)}.`] : []),
  ];
}

const money = ({ amount, currency }: Money) => `${amount} ${currency}`;

/** The clock on the wall at the place, as on a ticket. */
const wallClock = ({ local }: TravelTime) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) ? format(`${local.slice(0, 16)}:00Z`) : local);
const instant = (iso: string) => (Number.isNaN(Date.parse(iso)) ? iso : `${format(iso)} UTC`);

const dateAndTime = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  timeZone: "UTC",
});
const format = (iso: string) => (Number.isNaN(Date.parse(iso)) ? iso : dateAndTime.format(new Date(iso)).replace(/, (\d\d:)/, " $1"));
