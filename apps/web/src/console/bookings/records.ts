import type { Money } from "@travelagent/protocol";

/** An entry of a timeline, a payment or a document, as far as a person wants to read it. */
export interface RecordLine {
  /** ISO time, when there is one. */
  at?: string;
  title: string;
  detail?: string;
  amount?: Money;
}

type Loose = Readonly<Record<string, unknown>>;

/** These lists may gain fields with every release, so the line is made of what is there. */
export function recordLine(record: Loose): RecordLine {
  const at = timeOf(first(record, ["at", "timestamp", "createdAt", "ts", "time"]));
  const title = text(first(record, ["title", "summary", "event", "type", "kind", "name"]));
  const status = text(first(record, ["status", "to", "state"]));
  const detail = text(first(record, ["detail", "reason", "note", "message", "description", "what", "number", "reference", "provider"]));
  const amount = moneyOf(record.amount) ?? moneyOf(record.total) ?? moneyOf(record.paid) ?? moneyOf(record);
  return {
    title: words(title ?? status ?? "Entry") + (title && status && status !== title ? `: ${words(status).toLowerCase()}` : ""),
    ...(at === undefined ? {} : { at }),
    ...(detail === undefined ? {} : { detail }),
    ...(amount === undefined ? {} : { amount }),
  };
}

/** A timeline that tells a status only where it is a new one. */
export const statusChanges = (timeline: readonly Loose[]): Loose[] =>
  timeline.map((record, index) => (record.status === timeline[index - 1]?.status ? { ...record, status: undefined } : record));

/** Words for what the gateway calls otherwise. */
const names: Readonly<Record<string, string>> = {
  repriced: "Price checked",
  attempt: "Asked the supplier",
  outcome: "Supplier answered",
  refused: "Supplier refused",
  lost: "No answer from the supplier",
  lapsed: "Hold ran out",
  attended: "Looked after by a person",
  "payment-lost": "Payment in doubt",
  "payment-settled": "Payment settled",
  ETKT: "E-ticket",
};

const first = (record: Loose, keys: readonly string[]): unknown =>
  keys.map((key) => record[key]).find((value) => value !== undefined && value !== null && value !== "");
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function words(code: string): string {
  const name = names[code];
  if (name !== undefined) return name;
  const spaced = code.replace(/[._-]+/g, " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function timeOf(value: unknown): string | undefined {
  if (typeof value === "number" && Number.isFinite(value)) return new Date(value).toISOString();
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

function moneyOf(value: unknown): Money | undefined {
  const { amount, currency } = (typeof value === "object" && value !== null ? value : {}) as Loose;
  return typeof amount === "string" && typeof currency === "string" ? { amount, currency } : undefined;
}
