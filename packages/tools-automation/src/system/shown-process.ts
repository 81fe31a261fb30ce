import type { Process } from "./processes.ts";

/** Longest output in one answer. */
export const maxShownCharacters = 30_000;

/** The end of a text that is too long for one answer, with a note that says so. */
export const shownOutput = (text: string): { output: string; note?: string } =>
  text.length <= maxShownCharacters
    ? { output: text }
    : {
        output: text.slice(-maxShownCharacters),
        note: `the last ${maxShownCharacters} of ${text.length} characters; the rest is in process, action log`,
      };

const maxInputCharacters = 2_000;

/** What a program is given to read, as a person sees it before saying yes: never a part that looks like the whole. */
export const shownInput = (text: string): string =>
  text.length <= maxInputCharacters
    ? text
    : `${text.slice(0, maxInputCharacters)} … (and ${text.length - maxInputCharacters} characters that are not shown here)`;

/** A program as a model reads it, with what it said since it was shown last. */
export function shownProcess({ id, command, exit, output }: Process): Record<string, unknown> {
  const state = exit ? { status: exit.code === 0 ? "completed" : "failed", exitCode: exit.code, ...ended(exit) } : { status: "running" };
  return { processId: id, command, ...state, ...shownOutput(output.fresh()) };
}

const ended = ({ signal, endedBy }: NonNullable<Process["exit"]>): Record<string, unknown> => ({
  ...(signal ? { signal } : {}),
  ...(endedBy ? { endedBy } : {}),
});
