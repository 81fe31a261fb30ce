import { existsSync, type FSWatcher, watch } from "node:fs";
import { fittingSkills, type LoadedSkills, loadSkills, type Skill, type SkillDirectory, skillCommands } from "@travelagent/agent-runtime/skills";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import type { Environment } from "./models.ts";
import { skillFacts, skillFiles } from "./skill-files.ts";

/** The skills of a running gateway, as they are now. */
export interface Skills {
  /** Those that were found, and those that were left out with the reason. */
  all(): LoadedSkills;
  /** What the prompt of this agent's next turn has; `agents.list[].skills` narrows it. */
  forAgent(agentId: string): { skills: readonly Skill[]; commands: ReadonlyMap<string, Skill> };
  /** Reads them again by this configuration, and follows its directories from now on. */
  take(config: GatewayConfig): void;
  close(): void;
}

export interface SkillsOptions {
  config: GatewayConfig;
  /** Of a configuration. Raises `CONFIG_INVALID` when one it names is not there. */
  directoriesOf(config: GatewayConfig): readonly SkillDirectory[];
  env: Environment;
  /** Commands that are no skill's. */
  takenCommands: readonly string[];
  clock: Clock;
  log: Logger;
}

const settleMs = 250;

/** Reads the skills now and whenever something in their directories changed and was left alone for a moment. */
export function openSkills({ config: first, directoriesOf, env, takenCommands, clock, log }: SkillsOptions): Skills {
  let config = first;
  let directories = directoriesOf(config);
  let watchers: FSWatcher[] = [];
  let cancel = () => {};
  let told = "";

  const read = (): LoadedSkills => {
    const loaded = loadSkills({
      directories,
      reader: skillFiles,
      facts: skillFacts(env, config),
      pinned: config.skills.pinned,
      isEnabled: (key) => config.skills.entries[key]?.enabled !== false,
    });
    const tooLong = fittingSkills(loaded.skills.filter(isInPrompt)).leftOut.map(({ name }) => name);
    const news = JSON.stringify([loaded.leftOut, tooLong]);
    if (news !== told) {
      for (const { filePath, reason } of loaded.leftOut) log.warn("a skill is left out", { path: filePath, reason });
      if (tooLong.length > 0)
        log.warn("the skills are too long together: the prompt has them without these; shorten some, or switch some off", { skills: tooLong });
    }
    told = news;
    return loaded;
  };
  let loaded = read();

  const again = (): void => {
    try {
      const before = JSON.stringify(loaded);
      // Before it is read, so that nothing is missed: a directory that was replaced has to be watched anew.
      follow();
      loaded = read();
      if (JSON.stringify(loaded) !== before) log.info("the skills were read again; the next turn has them", { skills: loaded.skills.length });
    } catch (error) {
      log.error("the skills could not be read again; the ones before stay", { error: TravelAgentError.from(error).message });
    }
  };
  const follow = (): void => {
    for (const watcher of watchers) watcher.close();
    // Those that come along change with the gateway itself, which then starts again.
    watchers = directories.flatMap(({ path, source }) => {
      if (source === "bundled" || !existsSync(path)) return [];
      const unseen = (error: unknown): void => log.error("changes of skills are not seen; restart after changing them", { path, error });
      try {
        const watcher = watch(path, { recursive: true }, () => {
          cancel();
          cancel = clock.after(settleMs, again);
        });
        watcher.on("error", unseen);
        watcher.unref();
        return [watcher];
      } catch (error) {
        unseen(error);
        return [];
      }
    });
  };
  follow();

  return {
    all: () => loaded,
    forAgent(agentId) {
      const wanted = config.agents.list.find(({ id }) => id === agentId)?.skills;
      const skills = loaded.skills.filter((skill) => skill.eligible && (wanted?.includes(skill.name) ?? true));
      return { skills: skills.filter(isInPrompt), commands: skillCommands(skills, takenCommands) };
    },
    take(next) {
      directories = directoriesOf(next);
      config = next;
      again();
    },
    close() {
      cancel();
      for (const watcher of watchers) watcher.close();
      watchers = [];
    },
  };
}

const isInPrompt = ({ eligible, modelInvocable }: Skill): boolean => eligible && modelInvocable;
