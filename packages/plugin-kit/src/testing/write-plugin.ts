import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { manifestName } from "../folder/manifest.ts";

/** A plugin in a folder, for tests: what is not given is a plugin that registers nothing. Returns the folder. */
export function writePlugin(
  folder: string,
  {
    manifest = {},
    code = "export default { register() {} };",
    files = {},
  }: { manifest?: Record<string, unknown>; code?: string; files?: Record<string, string> } = {},
): string {
  const whole = { id: "fx", name: "Rates", version: "1.0.0", description: "Exchange rates", apiVersion: 1, main: "index.js", ...manifest };
  for (const [path, text] of Object.entries({ [manifestName]: JSON.stringify(whole), "index.js": code, ...files })) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    // Whatever the machine gives new files: a folder that anybody may write to is no plugin's.
    chmodSync(target, 0o600);
    chmodSync(dirname(target), 0o700);
  }
  return folder;
}
