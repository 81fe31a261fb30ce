import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Rows as the gateway writes them, for conversations nobody speaks in now. */
export function seedSessions(stateDir: string, count: number, from = 0): void {
  const db = new DatabaseSync(join(stateDir, "data", "travelagent.db"));
  const columns = (table: string) => db.prepare(`select * from ${table} limit 1`).get() as Record<string, string | number | null>;
  db.exec("begin");
  for (const [table, key] of [
    ["session", "key"],
    ["conversation", "session_key"],
  ] as const) {
    const sample = columns(table);
    const names = Object.keys(sample);
    const insert = db.prepare(`insert into ${table} (${names.join(", ")}) values (${names.map(() => "?").join(", ")})`);
    for (let index = from; index < from + count; index++) {
      const values = names.map((name) =>
        name === key
          ? `agent:main:stored${index}`
          : name === "session_id"
            ? `stored-${index}`
            : name === "updated_at" || name === "last_at"
              ? Number(sample[name]) - index
              : sample[name]!,
      );
      insert.run(...values);
    }
  }
  db.exec("commit");
  db.close();
}

/** Gives the first stored sessions a transcript each, and returns their keys. */
export function seedTranscripts(stateDir: string, sessions: number, messages: number): string[] {
  const directory = join(stateDir, "agents/main/sessions");
  mkdirSync(directory, { recursive: true });
  return Array.from({ length: sessions }, (_, index) => {
    const lines = [JSON.stringify({ type: "session", version: 3, id: `stored-${index}`, timestamp: "2026-01-05T09:00:00.000Z" })];
    for (let at = 0; at < messages; at++) {
      const timestamp = Date.UTC(2026, 0, 5, 9, 0, at);
      const message =
        at % 2 === 0
          ? { role: "user", content: `Is there a later train on day ${at} than the one at nine?`, timestamp, messageId: `in-${index}-${at}` }
          : {
              role: "assistant",
              content: [{ type: "text", text: `Yes: on day ${at} one leaves at 11:40 and one at 14:05. Shall I hold two seats?` }],
              provider: "local",
              model: "zero",
              stopReason: "stop",
              timestamp,
            };
      lines.push(
        JSON.stringify({
          type: "message",
          id: `m-${index}-${at}`,
          parentId: at === 0 ? null : `m-${index}-${at - 1}`,
          timestamp: new Date(timestamp).toISOString(),
          message,
        }),
      );
    }
    writeFileSync(join(directory, `stored-${index}.jsonl`), `${lines.join("\n")}\n`, { mode: 0o600 });
    return `agent:main:stored${index}`;
  });
}
