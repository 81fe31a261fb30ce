import { randomBytes } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PluginFolder } from "./read-folder.ts";

/** What `import { definePlugin } from "@travelagent/plugin-kit"` finds in a plugin that has no copy of its own. */
const kit = {
  "package.json": JSON.stringify({ name: "@travelagent/plugin-kit", type: "module", exports: "./index.js" }),
  "index.js": "export const definePlugin = (plugin) => plugin;\n",
};

/** An empty directory for the copies; what was in it is gone. */
export async function clearStage(stage: string): Promise<void> {
  await rm(stage, { recursive: true, force: true, maxRetries: 3 });
  const shared = join(stage, "node_modules", "@travelagent", "plugin-kit");
  await mkdir(shared, { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(kit)) await writeFile(join(shared, name), text, { mode: 0o600 });
  // A plugin's `.js` is a module unless its own package.json says otherwise.
  await writeFile(join(stage, "package.json"), JSON.stringify({ type: "module" }), { mode: 0o600 });
}

/**
 * Writes what was hashed into a directory of its own below `stage` and says where. Code is loaded from there: what changes in the
 * plugin's folder afterwards does not count, and nothing beside the folder can be reached by a relative import. Every copy has
 * another name, so a module is evaluated anew after a restart inside the process.
 */
export async function stagePlugin(stage: string, { manifest, sha256, entries }: Pick<PluginFolder, "manifest" | "sha256" | "entries">): Promise<string> {
  const copy = join(stage, manifest.id, `${sha256.slice(0, 16)}-${randomBytes(4).toString("hex")}`);
  for (const entry of entries) {
    const target = join(copy, entry.path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    if ("bytes" in entry) await writeFile(target, entry.bytes, { mode: 0o600 });
    else await symlink(entry.link, target);
  }
  return copy;
}
