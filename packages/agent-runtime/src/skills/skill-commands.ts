interface Commanded {
  name: string;
  userInvocable: boolean;
}

/** What people type: letters, digits and underscores, at most 32. */
const commandOf = (name: string): string => name.replaceAll(/[^a-z0-9]/g, "_").slice(0, 32);

/** The command of each skill that people may call, without its slash. Of equal ones the later by name gets `_2`, `_3`, …; `taken` are commands of others. */
export function skillCommands<T extends Commanded>(skills: readonly T[], taken: readonly string[] = []): Map<string, T> {
  const commands = new Map<string, T>();
  for (const skill of [...skills].filter((one) => one.userInvocable).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const base = commandOf(skill.name);
    let command = base;
    for (let number = 2; commands.has(command) || taken.includes(command); number++) {
      const suffix = `_${number}`;
      command = `${base.slice(0, 32 - suffix.length)}${suffix}`;
    }
    commands.set(command, skill);
  }
  return commands;
}

/** The skill that a message calls for with `/command` as its first word. */
export const calledSkill = <T>(text: string, commands: ReadonlyMap<string, T>): T | undefined =>
  commands.get(/^\/([A-Za-z0-9_]{1,32})(?=\s|$)/.exec(text)?.[1]?.toLowerCase() ?? "");
