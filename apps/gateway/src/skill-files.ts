import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Logger } from "@travelagent/protocol/ports";

export interface Requirements {
  /** Programs on the path. */
  bins: string[];
  /** At least one of these. */
  anyBins: string[];
  /** Environment variables. */
  env: string[];
  /** Operating systems, as Node names them; none means any. */
  os: string[];
}

export interface Skill {
  name: string;
  description: string;
  body: string;
  filePath: string;
  baseDir: string;
  /** Which of the directories it came from. */
  source: string;
  emoji?: string;
  homepage?: string;
  requirements: Requirements;
  /** Of the requirements, what is not there. A skill that misses something is not in the prompt. */
  missing: Requirements;
}

export interface SkillDirectory {
  path: string;
  /** Such as `bundled`, `extra` or `managed`. */
  source: string;
}

export interface SkillMachine {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : []);
const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});

/** Front matter of the form `key: value`, one a line, between two lines of dashes; `metadata` is JSON. */
function parse(text: string): Pick<Skill, "name" | "description" | "body" | "requirements" | "emoji" | "homepage"> | null {
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
  if (!name || !description) return null;
  const metadata = fields.get("metadata");
  let known: Record<string, unknown>;
  try {
    known = record(metadata ? JSON.parse(metadata) : {});
  } catch {
    return null;
  }
  const own = record(known.travelagent ?? known.openclaw);
  const requires = record(own.requires);
  const homepage = fields.get("homepage");
  return {
    name,
    description,
    body: match[2]!.trim(),
    requirements: { bins: texts(requires.bins), anyBins: texts(requires.anyBins), env: texts(requires.env), os: texts(own.os) },
    ...(typeof own.emoji === "string" ? { emoji: own.emoji } : {}),
    ...(homepage ? { homepage } : {}),
  };
}

function missingOn({ bins, anyBins, env, os }: Requirements, machine: SkillMachine): Requirements {
  const isThere = (bin: string): boolean =>
    (machine.env.PATH ?? "").split(delimiter).some((directory) => {
      try {
        accessSync(join(directory, bin), constants.X_OK);
        return directory !== "";
      } catch {
        return false;
      }
    });
  return {
    bins: bins.filter((bin) => !isThere(bin)),
    anyBins: anyBins.some(isThere) ? [] : anyBins,
    env: env.filter((name) => !machine.env[name]),
    os: os.length === 0 || os.includes(machine.platform) ? [] : os,
  };
}

export const isEligible = ({ missing }: Skill): boolean => Object.values(missing).every((entries: string[]) => entries.length === 0);

/** Every `<directory>/<name>/SKILL.md`; one in a later directory replaces one of the same name. */
export function skillFiles(directories: readonly SkillDirectory[], machine: SkillMachine, log: Logger): Skill[] {
  const skills = new Map<string, Skill>();
  for (const { path: directory, source } of directories) {
    if (!existsSync(directory)) continue;
    for (const entry of readdirSync(directory).sort()) {
      const baseDir = join(directory, entry);
      const filePath = join(baseDir, "SKILL.md");
      if (!existsSync(filePath)) continue;
      const skill = parse(readFileSync(filePath, "utf8"));
      if (skill && skill.name === entry) skills.set(skill.name, { ...skill, filePath, baseDir, source, missing: missingOn(skill.requirements, machine) });
      else
        log.warn("a skill is left out: SKILL.md needs front matter with name (as its folder) and description, and metadata in JSON if any", { path: filePath });
    }
  }
  return [...skills.values()];
}
