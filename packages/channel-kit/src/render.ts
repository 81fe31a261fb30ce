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
      return [card.title, ...renderBooking(card.booking, card.lines), ...card.lines].join("\n");
  }
}

function renderOffers({ title, offers }: Extract<Card, { kind: "offers" }>): string {
  // Where nothing is real it is said once, not with every offer.
  const allSandbox = offers.length > 0 && offers.every(({ sandbox }) => sandbox);
  const entries = offers.map(({ number, title: name, price, lines, tags, sandbox }) => {
    const marks = [...tags, ...(sandbox && !allSandbox ? ["sandbox, not real travel"] : [])];
    return [`${number}. ${name}: ${money(price)}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`, ...lines.map((line) => `   ${line}`)].join("\n");
  });
  const how = offers.length === 0 ? [] : [offers.length === 1 ? `Answer ${offers[0]?.number} to choose it.` : "Answer with the number of your choice."];
  return [title, ...entries, ...how, ...(allSandbox ? ["Sandbox: no real travel."] : [])].join("\n\n");
}

function renderConfirmation({ title, lines, total, penalty, expiresAt }: Extract<Card, { kind: "confirmation" }>): string {
  return [
    title,
    ...lines.map((line) => `- ${line}`),
    ...(total && !tells(lines, /^total/i, total) ? [`Total: ${money(total)}`] : []),
    ...(penalty && /[1-9]/.test(penalty.amount) && !tells(lines, /cost|fee|penalty/i, penalty) ? [`Penalty: ${money(penalty)}`] : []),
    `Valid until ${instant(expiresAt)}.`,
    "Answer YES to confirm or NO.",
  ].join("\n");
}

/** Whether a line tells this sum under one of these names: then it is not said twice. */
const tells = (lines: readonly string[], name: RegExp, sum: Money): boolean => lines.some((line) => name.test(line) && line.includes(money(sum)));

/** The booking, without what `said` tells anyway. */
function renderBooking(booking: Booking, said: readonly string[]): string[] {
  return [
    `Booking ${booking.reference}: ${booking.status.replaceAll("-", " ")}`,
    ...booking.items
      .filter(({ summary }) => !said.some((line) => line.includes(summary)))
      .flatMap((item) => [
        `- ${item.summary}${item.sandbox ? " (sandbox, not real travel)" : ""}`,
        `  ${wallClock(item.start)} to ${wallClock(item.end)}${item.locators.length > 0 ? `, code ${item.locators.join(", ")}` : ""}`,
      ]),
    ...(booking.travellers.length > 0 && !said.some((line) => line.startsWith("Travellers:"))
      ? [`Travellers: ${booking.travellers.map(({ name }) => name).join(", ")}`]
      : []),
    ...(tells(said, /^total/i, booking.total) ? [] : [`Total: ${money(booking.total)}`]),
    ...(/[1-9]/.test(booking.balance.amount) && !booking.balance.amount.startsWith("-") && !tells(said, /to be paid|to pay/i, booking.balance)
      ? [`Still to pay: ${money(booking.balance)}`]
      : []),
    ...(booking.paymentTimeLimit && !said.some((line) => /to be paid by/i.test(line)) ? [`Pay before ${instant(booking.paymentTimeLimit)}.`] : []),
  ];
}

const money = ({ amount, currency }: Money) => `${amount} ${currency}`;

/** The clock on the wall at the place, as on a ticket. */
const wallClock = ({ local }: TravelTime) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(local) ? format(`${local.slice(0, 16)}:00Z`) : local);
const instant = (iso: string) => (Number.isNaN(Date.parse(iso)) ? iso : `${format(iso)} UTC`);

/** Made with the first time that is shown: its tables are large. */
let dateAndTime: Intl.DateTimeFormat | undefined;

function format(iso: string): string {
  if (Number.isNaN(Date.parse(iso))) return iso;
  dateAndTime ??= new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  });
  return dateAndTime.format(new Date(iso)).replace(/, (\d\d:)/, " $1");
}
