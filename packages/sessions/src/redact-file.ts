import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "./files.ts";

/** Keys whose values are ours and name things: a change there would break what refers to them. */
const names = new Set([
  "type",
  "role",
  "id",
  "parentId",
  "timestamp",
  "messageId",
  "toolCallId",
  "toolName",
  "name",
  "provider",
  "model",
  "stopReason",
  "sessionId",
  "version",
]);

const changed = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((entry) => changed(entry, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, names.has(key) && typeof entry === "string" ? entry : changed(entry, change)]));
};

/** Writes a file of JSON lines anew with the words changed; lines that cannot be read are changed as they stand. 0 when nothing was. */
export async function redactFile(path: string, change: (text: string) => string): Promise<number> {
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (before === undefined) return 0;
  let count = 0;
  const after = before
    .split("\n")
    .map((line) => {
      if (line === "") return line;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        const text = change(line);
        if (text !== line) count += 1;
        return text;
      }
      const text = JSON.stringify(changed(value, change));
      if (text === JSON.stringify(value)) return line;
      count += 1;
      return text;
    })
    .join("\n");
  if (count === 0) return 0;
  const temporary = `${path}.${process.pid}.redact`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(after);
    await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
  return count;
}
