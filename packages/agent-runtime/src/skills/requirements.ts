import type { Requirements } from "./skill.ts";

/** What is known of the machine and the configuration. */
export interface SkillFacts {
  /** As Node names it. */
  platform: string;
  hasBin(name: string): boolean;
  hasEnv(name: string): boolean;
  /** Whether the configuration has something at this dotted path. */
  hasConfig(path: string): boolean;
}

/** Of the requirements, what is not there. */
export const missingOf = ({ bins, anyBins, env, config, os }: Requirements, facts: SkillFacts): Requirements => ({
  bins: bins.filter((name) => !facts.hasBin(name)),
  anyBins: anyBins.some((name) => facts.hasBin(name)) ? [] : anyBins,
  env: env.filter((name) => !facts.hasEnv(name)),
  config: config.filter((path) => !facts.hasConfig(path)),
  os: os.length === 0 || os.includes(facts.platform) ? [] : os,
});

/** `always` stands over everything but the operating system. */
export const isMet = ({ os, ...rest }: Requirements, always: boolean): boolean =>
  os.length === 0 && (always || Object.values(rest).every((entries) => entries.length === 0));
