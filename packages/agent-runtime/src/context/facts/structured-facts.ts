import { type FoundFact, textFacts } from "./text-facts.ts";

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const over = new Set(["cancelled", "voided", "refunded", "failed"]);
const referenceKey =
  /^(?:pnr|(?:record_?)?locators?|(?:booking|supplier|order|confirmation|reservation|voucher|policy)_?(?:reference|ref|number|code)s?|references?|confirmation_?(?:id|no))$/i;
const ticketKey = /^(?:e?_?tickets?(?:_?numbers?)?|document_?numbers?)$/i;
const personKey = /^(?:travell?er|passenger|guest|pax|holder|driver)(?:_?name)?s?$|^(?:full_?name|name_?as_?in_?passport)$/i;
/** Times of the record and not of the travel. */
const bookkeepingKey =
  /^(?:created|updated|expires?|offer_?expires|sent|received|fetched|generated)(?:_?at)?$|^(?:timestamp|utc|ms|version|messageId|sessionKey|customerId|offerId)$/i;

const money = (value: unknown): string | undefined => {
  if (!isRecord(value)) return undefined;
  const { amount, currency } = value;
  if (typeof currency !== "string" || !/^[A-Z]{3}$/.test(currency) || (typeof amount !== "string" && typeof amount !== "number")) return undefined;
  return `${currency} ${amount}`;
};
const instant = (value: unknown): string | undefined =>
  isRecord(value) ? [text(value.local), text(value.timeZone)].filter(Boolean).join(" ") || undefined : text(value);
const person = (value: unknown): string | undefined => {
  if (!isRecord(value)) return undefined;
  const given = text(value.givenName) ?? text(value.firstName) ?? text(value.given_name);
  const family = text(value.familyName) ?? text(value.lastName) ?? text(value.family_name);
  return given && family ? `${given} ${family}` : undefined;
};
const until = (value: unknown): { until?: number } => {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? {} : { until: at };
};
const fact = (kind: FoundFact["kind"], value: string, rest: Partial<FoundFact> = {}): FoundFact => ({ kind, text: value, key: value.toLowerCase(), ...rest });

const isBooking = (value: Fields): boolean => text(value.reference) !== undefined && text(value.status) !== undefined && Array.isArray(value.items);

/** A booking in one line: everything somebody may ask about, as it stands in the record. */
function bookingFacts(booking: Fields): FoundFact[] {
  const reference = text(booking.reference)!;
  const status = text(booking.status)!;
  const people = list(booking.travellers).flatMap(
    (traveller) => person(traveller) ?? (isRecord(traveller) ? (text(traveller.name) ?? []) : (text(traveller) ?? [])),
  );
  const items = list(booking.items).filter(isRecord);
  const parts = items.map((item) =>
    [
      text(item.summary) ?? text(item.kind),
      text(item.status) && `status ${text(item.status)}`,
      text(item.supplier) && `supplier ${text(item.supplier)}${text(item.supplierReference) ? ` reference ${text(item.supplierReference)}` : ""}`,
      list(item.locators).length > 0 && `locators ${list(item.locators).join(", ")}`,
      instant(item.start) && `from ${instant(item.start)}`,
      instant(item.end) && `to ${instant(item.end)}`,
    ]
      .filter(Boolean)
      .join(", "),
  );
  const line = [
    `${reference}${text(booking.id) ? ` (id ${text(booking.id)})` : ""}: ${status}`,
    ...parts,
    people.length > 0 && `travellers ${people.join(", ")}`,
    money(booking.total) && `total ${money(booking.total)}`,
    money(booking.balance) && `balance ${money(booking.balance)}`,
    text(booking.paymentTimeLimit) && `to be paid by ${text(booking.paymentTimeLimit)}`,
  ]
    .filter(Boolean)
    .join("; ");
  return [
    fact("booking", line, { key: reference.toLowerCase(), ...(over.has(status) ? {} : { active: true as const }) }),
    ...people.map((each) => fact("traveller", each)),
  ];
}

function offerFact(offer: Fields): FoundFact {
  const id = text(offer.offerId)!;
  const line = [id, text(offer.title), ...list(offer.lines).flatMap((each) => text(each) ?? []), money(offer.price)].filter(Boolean).join("; ");
  return fact("offer", line.slice(0, 500), { key: id.toLowerCase(), ...until(offer.expiresAt) });
}

/** What was asked of the customer. It says that it was asked, and never that anything was answered. */
function questionFact(asked: Fields): FoundFact {
  const id = text(asked.confirmationId)!;
  const line = [`asked: ${text(asked.title) ?? "an action"}`, ...list(asked.lines).flatMap((each) => text(each) ?? []), money(asked.total), `question ${id}`];
  return fact("decision", line.filter(Boolean).join("; ").slice(0, 800), { key: `asked ${id.toLowerCase()}`, ...until(asked.expiresAt) });
}

const mostDepth = 12;
const mostFacts = 5_000;

function stringFacts(given: string, key: string): FoundFact[] {
  if (bookkeepingKey.test(key)) return [];
  const said = given.trim();
  const named = said !== "" && said.length <= 60;
  const kind = !named ? undefined : referenceKey.test(key) ? "reference" : ticketKey.test(key) ? "ticket" : personKey.test(key) ? "traveller" : undefined;
  return [...(kind ? [fact(kind, said)] : []), ...textFacts(said)];
}

const numberFacts = (given: number, key: string): FoundFact[] =>
  ticketKey.test(key) ? [fact("ticket", String(given))] : referenceKey.test(key) ? [fact("reference", String(given))] : [];

/** What a record says as a whole; `undefined` where its parts are to be looked at by themselves, too. */
function wholeFact(node: Fields): FoundFact | undefined {
  const price = money(node);
  if (price !== undefined) return fact("price", price);
  return text(node.offerId) !== undefined && (text(node.title) !== undefined || node.price !== undefined) ? offerFact(node) : undefined;
}

function recordFacts(node: Fields): FoundFact[] {
  const name = person(node);
  return [
    ...(isBooking(node) ? bookingFacts(node) : []),
    ...(text(node.confirmationId) === undefined ? [] : [questionFact(node)]),
    ...(name === undefined ? [] : [fact("traveller", name)]),
  ];
}

/** Facts in what a tool gave back, a card or the arguments of a call. */
export function structuredFacts(value: unknown): FoundFact[] {
  const found: FoundFact[] = [];
  const walk = (node: unknown, key: string, depth: number): void => {
    if (depth > mostDepth || found.length > mostFacts) return;
    if (typeof node === "string") found.push(...stringFacts(node, key));
    else if (typeof node === "number") found.push(...numberFacts(node, key));
    else if (Array.isArray(node)) for (const each of node) walk(each, key, depth + 1);
    else if (isRecord(node)) {
      const whole = wholeFact(node);
      if (whole) found.push(whole);
      else {
        found.push(...recordFacts(node));
        for (const [below, each] of Object.entries(node)) walk(each, below, depth + 1);
      }
    }
  };
  walk(value, "", 0);
  return found;
}
