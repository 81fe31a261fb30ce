import { createHash } from "node:crypto";
import { join } from "node:path";
import { isMet, missingOf, type SkillFacts } from "./requirements.ts";
import type { LeftOutSkill, Skill, SkillOrigin, SkillText } from "./skill.ts";
import { parseSkill } from "./skill-text.ts";

export interface SkillDirectory {
  path: string;
  source: SkillOrigin;
}

/** A file somewhere below a skill's folder. */
export interface SkillFile {
  /** Inside the folder, with `/` between its parts. */
  path: string;
  /** In bytes. */
  size: number;
  /** A symbolic link out of the directory of skills, to a folder, or to nothing. */
  leadsOut: boolean;
  /** Raises when it cannot be read. */
  read(): Uint8Array;
}

/** How directories are read. The loader itself touches no disk. */
export interface SkillReader {
  /** Names of the folders in it that have a SKILL.md; none when there is no such directory. */
  folders(directory: string): readonly string[];
  /** Every file below one of these folders. The loader stops where there are too many. */
  files(directory: string, folder: string): Iterable<SkillFile>;
}

export interface LoadSkillsOptions {
  /** In any order: of one name counts the one of the workspace, then managed, bundled, extra. */
  directories: readonly SkillDirectory[];
  reader: SkillReader;
  facts: SkillFacts;
  /** Name to hash: whatever else has this name is left out. */
  pinned?: Readonly<Record<string, string>>;
  /** Whether the configuration lets the skill of this key be used. Default all. */
  isEnabled?(skillKey: string): boolean;
}

export interface LoadedSkills {
  /** By name. */
  skills: Skill[];
  /** By name, `*` for a whole directory; a skill that another of the same name hides is in neither list. */
  leftOut: LeftOutSkill[];
}

const skillLimits = { skillFileBytes: 64 * 1024, files: 200, folderBytes: 8 * 1024 * 1024 } as const;

const precedence: readonly SkillOrigin[] = ["workspace", "managed", "bundled", "extra"];
const skillFile = "SKILL.md";
/** The same everywhere, whatever the locale. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Folder extends SkillText {
  files: string[];
  hash: string;
}

/** One folder, or why it is no skill. */
function readFolder(reader: SkillReader, directory: string, name: string): Folder | { reason: string } {
  const files: SkillFile[] = [];
  let bytes = 0;
  for (const file of reader.files(directory, name)) {
    if (file.leadsOut) return { reason: `${file.path} is a symbolic link that leads out of the directory, to a folder, or to nothing` };
    if (file.path === skillFile && file.size > skillLimits.skillFileBytes) return { reason: `${skillFile} is larger than 64 KiB` };
    bytes += file.size;
    if (files.push(file) > skillLimits.files || bytes > skillLimits.folderBytes)
      return { reason: `its folder has more than ${skillLimits.files} files or 8 MiB` };
  }
  files.sort((a, b) => byText(a.path, b.path));

  const hash = createHash("sha256");
  let content: Uint8Array | undefined;
  for (const file of files) {
    const own = file.read();
    hash.update(`${file.path}\0${own.byteLength}\0`).update(own);
    if (file.path === skillFile) content = own;
  }
  if (!content) return { reason: `it has no ${skillFile}` };
  // It may have grown since it was looked at.
  if (content.byteLength > skillLimits.skillFileBytes) return { reason: `${skillFile} is larger than 64 KiB` };
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return { reason: `${skillFile} is not UTF-8` };
  }
  const skill = parseSkill(text);
  if ("reason" in skill) return skill;
  if (skill.name !== name) return { reason: `its name is ${skill.name} and its folder ${name}: they must be the same` };
  return { ...skill, files: files.map(({ path }) => path).filter((path) => path !== skillFile), hash: hash.digest("hex") };
}

/**
 * Every `<directory>/<name>/SKILL.md`. A folder that is no sound skill, or another than the one that was pinned, is left out
 * with a reason, and the next one of its name counts. Raises nothing for what is in the directories, and runs nothing of it.
 */
export function loadSkills({ directories, reader, facts, pinned = {}, isEnabled = () => true }: LoadSkillsOptions): LoadedSkills {
  const skills = new Map<string, Skill>();
  const leftOut: LeftOutSkill[] = [];
  for (const { path: directory, source } of [...directories].sort((a, b) => precedence.indexOf(a.source) - precedence.indexOf(b.source))) {
    const folders = attempt(() => [...reader.folders(directory)].sort(byText));
    if ("reason" in folders) {
      leftOut.push({ name: "*", source, filePath: directory, reason: folders.reason });
      continue;
    }
    for (const name of folders) {
      const baseDir = join(directory, name);
      const filePath = join(baseDir, skillFile);
      const leave = (reason: string): void => void leftOut.push({ name, source, filePath, reason });
      if (skills.has(name)) continue;
      const folder = attempt(() => readFolder(reader, directory, name));
      if ("reason" in folder) {
        leave(folder.reason);
        continue;
      }
      const pin = Object.hasOwn(pinned, name) ? pinned[name] : undefined;
      if (pin !== undefined && pin !== folder.hash) {
        leave(`its hash is ${folder.hash}, and skills.pinned says ${pin}; look at what changed before you pin the new one`);
        continue;
      }
      const missing = missingOf(folder.requirements, facts);
      const disabled = !isEnabled(folder.skillKey);
      skills.set(name, { ...folder, source, baseDir, filePath, disabled, missing, eligible: !disabled && isMet(missing, folder.always) });
    }
  }
  return {
    skills: [...skills.values()].sort((a, b) => byText(a.name, b.name)),
    leftOut: leftOut.sort((a, b) => byText(a.name, b.name)),
  };
}

function attempt<T>(read: () => T): T | { reason: string } {
  try {
    return read();
  } catch (error) {
    return { reason: `it cannot be read (${(error as { code?: string }).code ?? String(error)})` };
  }
}
