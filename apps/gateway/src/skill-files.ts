import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "@travelagent/protocol/ports";

export interface Skill {
  name: string;
  description: string;
  body: string;
}

/** Front matter of the form `key: value`, one a line, between two lines of dashes. */
function parse(text: string): Skill | null {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n([\s\S]*)$/.exec(text);
  if (!match) return null;
  const fields = new Map(
    match[1]!.split(/\r?\n/).flatMap((line) => {
      const pair = /^([a-z-]+):\s*(.*)$/.exec(line);
      return pair ? [[pair[1]!, pair[2]!.trim()] as const] : [];
    }),
  );
  const name = fields.get("name");
  const description = fields.get("description");
  return name && description ? { name, description, body: match[2]!.trim() } : null;
}

/** Every `<directory>/<name>/SKILL.md`; one in a later directory replaces one of the same name. */
export function skillFiles(directories: readonly string[], log: Logger): Skill[] {
  const skills = new Map<string, Skill>();
  for (const directory of directories) {
    if (!existsSync(directory)) continue;
    for (const entry of readdirSync(directory).sort()) {
      const path = join(directory, entry, "SKILL.md");
      if (!existsSync(path)) continue;
      const skill = parse(readFileSync(path, "utf8"));
      if (skill && skill.name === entry) skills.set(skill.name, skill);
      else log.warn("a skill is left out: SKILL.md needs front matter with name (as its folder) and description", { path });
    }
  }
  return [...skills.values()];
}
