import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";

const transcriptLines = (path: string): { type: string; id: string; message: { role: string; content: { type: string; id: string }[]; toolCallId: string } }[] =>
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
