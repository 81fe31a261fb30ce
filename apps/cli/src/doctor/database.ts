import { access } from "node:fs/promises";
import type { Check } from "./checks.ts";

/** Opens the database to read it and checks its structure; a gateway may run meanwhile. */
export async function checkDatabase(path: string): Promise<Omit<Check, "id" | "title">> {
  if (
    !(await access(path).then(
      () => true,
      () => false,
    ))
  )
    return { status: "note", detail: `${path} is not there; the first start makes it` };
  const { DatabaseSync } = await import("node:sqlite");
  const advice = "stop the gateway, keep the file, and restore a backup";
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      const rows = database.prepare("pragma quick_check(5)").all() as { quick_check: string }[];
      const problems = rows.map((row) => row.quick_check).filter((line) => line !== "ok");
      return problems.length === 0 ? { status: "ok", detail: path } : { status: "broken", detail: `${path} is damaged: ${problems.join("; ")}`, advice };
    } finally {
      database.close();
    }
  } catch (error) {
    return { status: "broken", detail: `${path} cannot be opened: ${error instanceof Error ? error.message : String(error)}`, advice };
  }
}
