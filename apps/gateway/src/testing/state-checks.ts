import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";

const transcriptLines = (
  path: string,
): { type: string; id: string; message: { role: string; content: { type: string; id: string }[]; toolCallId: string } }[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Of a stopped gateway: its databases are whole, every message ended, every reply went out, and its transcripts are valid. */
export function checkState(stateDir: string): void {
  for (const name of ["travelagent.db", "sandbox.db"]) {
    const db = new DatabaseSync(join(stateDir, "data", name), { readOnly: true });
    expect([name, db.prepare("pragma integrity_check").get()]).toEqual([name, { integrity_check: "ok" }]);
    if (name === "travelagent.db") {
      expect(db.prepare("select id, status, reason from inbox where status not in ('answered', 'handed-over')").all()).toEqual([]);
      expect(db.prepare("select id, status, reason from outbox where status <> 'sent'").all()).toEqual([]);
      expect(db.prepare("select id, state, error from work where state in ('queued', 'running', 'failed', 'dead')").all()).toEqual([]);
    }
    db.close();
  }
  const [ours, sandbox] = ["travelagent.db", "sandbox.db"].map((name) => new DatabaseSync(join(stateDir, "data", name), { readOnly: true }));
  checkLedgers(ours!, sandbox!);
  ours!.close();
  sandbox!.close();
  checkTranscripts(join(stateDir, "agents", "main", "sessions"));
}

/** Each file is JSON from the first line to the last, no entry is there twice, and every tool call has exactly one result. */
export function checkTranscripts(directory: string): void {
  if (!existsSync(directory)) return;
  for (const name of readdirSync(directory).filter((entry) => entry.endsWith(".jsonl"))) {
    const entries = transcriptLines(join(directory, name)).filter((line) => line.type === "message");
    const ids = entries.map(({ id }) => id);
    expect([name, new Set(ids).size]).toEqual([name, ids.length]);
    const messages = entries.map(({ message }) => message);
    const calls = messages.flatMap(({ role, content }) => (role === "assistant" ? content.filter(({ type }) => type === "toolCall").map(({ id }) => id) : []));
    const results = messages.flatMap(({ role, toolCallId }) => (role === "toolResult" ? [toolCallId] : []));
    expect([name, [...results].sort()]).toEqual([name, [...calls].sort()]);
  }
}

interface Item {
  status: string;
  supplierReference?: string;
  total: { amount: string };
}

/**
 * Reference and state of everything bought, and all money that moved: the same on both sides, nothing twice. A payment without a
 * reference was refused before the provider had a record of it.
 */
export function checkLedgers(ours: DatabaseSync, sandbox: DatabaseSync, seen = { booked: 0, cancelled: 0 }): void {
  const orders = ours.prepare("select status, work, document from booking_order").all() as { status: string; work: string | null; document: string }[];
  expect(orders.filter(({ status, work }) => work !== null || ["unknown", "needs-human", "cancellation-pending"].includes(status))).toEqual([]);
  const items = orders
    .flatMap(({ document }) => (JSON.parse(document) as { items: Item[] }).items)
    .filter(({ supplierReference }) => supplierReference !== undefined);
  const bought = sandbox.prepare("select reference, key, status from sandbox_orders").all() as { reference: string; key: string; status: string }[];
  const gone = (status: string) => ["cancelled", "voided", "refunded", "failed"].includes(status);
  const line = (reference: string, status: string) => `${reference} ${gone(status) ? "given back" : "ticketed"}`;
  expect(items.map(({ supplierReference, status }) => line(supplierReference!, status)).sort()).toEqual(
    bought.map(({ reference, status }) => line(reference, status)).sort(),
  );
  expect(new Set(bought.map(({ key }) => key)).size).toBe(bought.length);
  expect(bought.length).toBeGreaterThanOrEqual(seen.booked);
  expect(bought.filter(({ status }) => status === "cancelled").length).toBeGreaterThanOrEqual(seen.cancelled);

  const charged = (sandbox.prepare("select content from sandbox_payments").all() as { content: string }[]).map(
    ({ content }) => JSON.parse(content) as { reference: string; captured: { amount: string }; refunded: { amount: string } },
  );
  const noted = ours.prepare("select reference, captured, refunded from booking_payment where reference <> ''").all() as {
    reference: string;
    captured: number;
    refunded: number;
  }[];
  const cents = (amount: string) => Math.round(Number(amount) * 100);
  expect(noted.map(({ reference, captured, refunded }) => [reference, captured, refunded].join(" ")).sort()).toEqual(
    charged.map(({ reference, captured, refunded }) => [reference, cents(captured.amount), cents(refunded.amount)].join(" ")).sort(),
  );
  expect(ours.prepare("select coalesce(sum(minor), 0) as balance from booking_ledger").get()).toMatchObject({ balance: 0 });
  // What the provider keeps is what the supplier asks for: the price of tickets, the penalty of what was given back.
  const kept = charged.reduce((sum, { captured, refunded }) => sum + cents(captured.amount) - cents(refunded.amount), 0);
  const contents = (sandbox.prepare("select content from sandbox_orders").all() as { content: string }[]).map(
    ({ content }) => JSON.parse(content) as { status: string; total: { amount: string }; penalty?: { amount: string } },
  );
  const asked = contents.reduce((sum, { status, total, penalty }) => sum + cents(status === "ticketed" ? total.amount : (penalty?.amount ?? "0")), 0);
  expect(kept).toBe(asked);
}
