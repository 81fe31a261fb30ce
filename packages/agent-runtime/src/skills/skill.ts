/** What a skill needs of the machine and the configuration. */
export interface Requirements {
  /** Programs on the path. */
  bins: string[];
  /** At least one of these programs. */
  anyBins: string[];
  /** Environment variables. */
  env: string[];
  /** Dotted paths of the configuration whose value is true, or is there and not empty. */
  config: string[];
  /** Operating systems, as Node names them; none means any. */
  os: string[];
}

/** What SKILL.md says. */
export interface SkillText {
  /** Lower-case letters, digits and single hyphens, at most 64. */
  name: string;
  /** One line, at most 1024 characters. */
  description: string;
  /** Below the front matter. */
  body: string;
  homepage?: string;
  license?: string;
  emoji?: string;
  /** Its key in the configuration. The name unless the metadata says otherwise. */
  skillKey: string;
  /** Counts whatever `requires` misses; the operating system must fit all the same. */
  always: boolean;
  /** Has a command `/name`. */
  userInvocable: boolean;
  /** Stands in the prompt. Without it only the command brings it. */
  modelInvocable: boolean;
  requirements: Requirements;
}

/** Where a skill came from. */
export type SkillOrigin = "workspace" | "managed" | "bundled" | "extra";

export interface Skill extends SkillText {
  source: SkillOrigin;
  baseDir: string;
  filePath: string;
  /** Beside SKILL.md, as paths inside the folder, sorted. Never run by anything here. */
  files: string[];
  /** SHA-256 in hex over the names and contents of everything in the folder, SKILL.md included. */
  hash: string;
  /** Switched off by the configuration. */
  disabled: boolean;
  /** Of the requirements, what is not there. */
  missing: Requirements;
  /** May be used: not switched off, and nothing it needs is missing. */
  eligible: boolean;
}

/** A folder with a SKILL.md that is not taken, and why. */
export interface LeftOutSkill {
  /** Of the folder. */
  name: string;
  source: SkillOrigin;
  filePath: string;
  reason: string;
}
