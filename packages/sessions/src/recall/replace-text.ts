import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "../files.ts";

/** The file with this text, or as it was: nothing between, also after a loss of power. */
export async function replaceText(path: string, text: string): Promise<void> {
  const temporary = `${path}.part`;
  await rm(temporary, { force: true });
  const file = await open(temporary, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectory(dirname(path));
}
