import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ChaosPlatform } from "./platform.ts";

export interface Ledgers {
  /** Texts of customers that were not kept exactly once, or have no end. */
  unended: string[];
  /** Customers' texts that nobody answered and that no person is shown either. */
  unanswered: string[];
  /** What customers got more often than it was sent, or although it is on record as not sent. */
  doubled: string[];
  /** On record as sent, and nobody got it. */
  vanished: string[];
  /** Outcomes nobody knows, which operators see. */
  unknown: number;
  sent: number;
  /** Messages that are on their way still. */
  open: number;
}

const count = (texts: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
};

/** The gateway's books beside the platform's, after the gateway was stopped. `said`: every customer's texts, each once. */
export function readLedgers(stateDir: string, platform: ChaosPlatform, said: ReadonlyMap<string, number>): Ledgers {
  const db = new DatabaseSync(join(stateDir, "data", "travelagent.db"), { readOnly: true });
  try {
    const rows = db.prepare("select message, status from inbox where channel = ?").all(platform.name) as { message: string; status: string }[];
    const inbox = rows.map(({ message, status }) => ({ text: (JSON.parse(message) as { text: string }).text, status }));
    const kept = count(inbox.map(({ text }) => text));
    const unended = [...said.keys()].filter((text) => kept.get(text) !== 1).concat(inbox.filter(({ status }) => status === "accepted").map(({ text }) => text));
    const outbox = (
      db.prepare("select message, address, status, said_before from outbox where channel = ?").all(platform.name) as {
        message: string;
        address: string;
        status: string;
      }[]
    ).map(({ message, address, status }) => ({
      key: `${(JSON.parse(address) as { peerId: string }).peerId.slice(-6)}\n${(JSON.parse(message) as { text: string }).text}`,
      status,
    }));
    const got = count(platform.got().map(({ customer, text }) => `${String(100_000 + customer).slice(-6)}\n${text}`));
    const as = (status: string) => count(outbox.filter((row) => row.status === status).map(({ key }) => (platform.visible ? platform.visible(key) : key)));
    const [sent, unknown] = [as("sent"), as("unknown")];
    const doubled = [...got].filter(([key, times]) => times > (sent.get(key) ?? 0) + (unknown.get(key) ?? 0)).map(([key]) => key);
    const vanished = [...sent].filter(([key, times]) => (got.get(key) ?? 0) < times).map(([key]) => key);
    const answers = [...outbox.filter(({ status }) => status !== "refused").map(({ key }) => key)].join("\n");
    const persons = new Set(inbox.filter(({ status }) => status === "handed-over").map(({ text }) => text));
    const unanswered = [...said.keys()].filter((text) => !persons.has(text) && !answers.includes(`[${text}]`));
    const open = outbox.filter(({ status }) => status === "pending" || status === "attempting").length;
    return {
      unended,
      unanswered,
      doubled,
      vanished,
      unknown: [...unknown.values()].reduce((a, b) => a + b, 0),
      sent: [...sent.values()].reduce((a, b) => a + b, 0),
      open,
    };
  } finally {
    db.close();
  }
}
