import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { TravelAgentError } from "@travelagent/protocol";

/** What has a meaning for a shell outside of quotes. */
const special = /[|&;<>()$`\\*?[\]{}!~#\n\r]/;

/**
 * The words of a plain command; null when it takes a shell to read it: pipes, chains, redirections, substitutions, patterns,
 * escapes, assignments. Quotes are the only thing that is read here, so what comes back is what every shell would run as well.
 */
export function plainWords(command: string): string[] | null {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < command.length; at += 1) {
    const char = command[at]!;
    if (char === " " || char === "\t") {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (char === "'" || char === '"') {
      const end = command.indexOf(char, at + 1);
      if (end < 0) return null;
      const inside = command.slice(at + 1, end);
      if (char === '"' && /[$`\\!]/.test(inside)) return null;
      word = (word ?? "") + inside;
      at = end;
      continue;
    }
    if (special.test(char)) return null;
    word = (word ?? "") + char;
  }
  if (word !== undefined) words.push(word);
  // NAME=value in front of a command is an assignment.
  return words.length === 0 || words[0] === "" || words[0]!.includes("=") ? null : words;
}

export interface Command {
  /** As it is started. */
  argv: string[];
  /** It needs a shell: nobody can say beforehand what it runs. */
  shell: boolean;
  /** Name the program sees itself called by, when the path that is started is another. */
  calledAs?: string;
}

/** A line from a model as the command that runs. A shell only where the line cannot be read without one. Raises `INVALID_REQUEST`. */
export function readCommand(line: string): Command {
  if (/\0/.test(line) || line.trim() === "") throw new TravelAgentError("INVALID_REQUEST", "the command is empty or has a zero byte in it");
  const words = plainWords(line);
  return words ? { argv: words, shell: false } : { argv: ["/bin/sh", "-c", line], shell: true };
}

/**
 * The same with the program as the file it really is, links followed: what the rules for commands look at is then what runs.
 * Raises `INVALID_REQUEST` when there is no such program.
 */
export function resolveProgram(command: Command, { path, cwd }: { path: string; cwd: string }): Command {
  // By the name that everybody knows as a shell, whichever it is here: the rules take no list for it.
  if (command.shell) return command;
  const [name = "", ...rest] = command.argv;
  const given = isAbsolute(name) ? name : join(cwd, name);
  const found = name.includes("/") ? (isProgram(given) ? given : undefined) : findProgram(name, path);
  if (found === undefined)
    throw new TravelAgentError(
      "INVALID_REQUEST",
      `there is no program "${name.slice(0, 100)}": install it, or give its path; directories are changed with workdir`,
    );
  const real = realpathSync(found);
  return { ...command, argv: [real, ...rest], ...(real === found ? {} : { calledAs: found }) };
}

/** The first program of this name on a PATH, whose relative entries do not count. */
export const findProgram = (name: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .filter(isAbsolute)
    .map((directory) => join(directory, name))
    .find(isProgram);

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
