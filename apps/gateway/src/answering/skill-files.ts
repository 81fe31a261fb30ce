import { accessSync, constants, existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import type { SkillFacts, SkillFile, SkillReader } from "@travelagent/agent-runtime/skills";
import type { Environment } from "./models.ts";

/** Skills as they lie on this disk. Names that begin with a dot are nobody's. */
export const skillFiles: SkillReader = {
  folders: (directory) => (existsSync(directory) ? names(directory).filter((name) => hasSkill(join(directory, name))) : []),
  files: (directory, folder) => below(realpathSync(directory), join(directory, folder), ""),
};

const names = (directory: string): string[] => readdirSync(directory).filter((name) => !name.startsWith("."));

/** Also true for a link to nowhere and for what may not be looked at: reading it then gives the reason. */
function hasSkill(folder: string): boolean {
  const path = join(folder, "SKILL.md");
  try {
    const own = lstatSync(path);
    return own.isFile() || own.isSymbolicLink();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT" && (error as NodeJS.ErrnoException).code !== "ENOTDIR";
  }
}

function* below(root: string, folder: string, inside: string): Generator<SkillFile> {
  for (const name of names(join(folder, inside)).sort()) {
    const path = inside === "" ? name : `${inside}/${name}`;
    const full = join(folder, path);
    const own = lstatSync(full);
    if (own.isDirectory()) yield* below(root, folder, path);
    else {
      // Also when the skill's folder itself is a link: what counts is where its files really are.
      const target = statSync(full, { throwIfNoEntry: false });
      const leadsOut = !target || (own.isSymbolicLink() && !target.isFile()) || !realpathSync(full).startsWith(`${root}${sep}`);
      // Sockets and pipes are no content, and reading one could wait for ever.
      if (leadsOut || target.isFile()) yield { path, size: target?.size ?? 0, leadsOut, read: () => readFileSync(full) };
    }
  }
}

/** What skills may ask of this machine and of `config`. */
export function skillFacts(env: Environment, config: unknown, platform: string = process.platform): SkillFacts {
  return {
    platform,
    // A name and no path: a skill does not get to ask what lies where.
    hasBin: (name) => /^[\w.+-]+$/.test(name) && (env.PATH ?? "").split(delimiter).some((directory) => directory !== "" && isExecutable(join(directory, name))),
    hasEnv: (name) => Boolean(env[name]),
    hasConfig: (path) => {
      const value = path
        .split(".")
        .reduce<unknown>((at, key) => (typeof at === "object" && at !== null && Object.hasOwn(at, key) ? at[key as never] : undefined), config);
      return Array.isArray(value) ? value.length > 0 : Boolean(value);
    },
  };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
