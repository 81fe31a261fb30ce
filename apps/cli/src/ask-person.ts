import { createInterface } from "node:readline/promises";
import type { Terminal } from "./terminal.ts";

/** Whether somebody can be asked. */
export const isPersonThere = ({ stdin, stdout }: Pick<Terminal, "stdin" | "stdout">): boolean => stdin.isTTY === true && stdout.isTTY === true;

/** Only a yes is a yes; the end of the input is a no. */
export async function askPerson({ stdin, stdout }: Pick<Terminal, "stdin" | "stdout">, question: string): Promise<boolean> {
  const asking = createInterface({ input: stdin, output: stdout });
  try {
    const ended = new Promise<string>((resolve) => asking.once("close", () => resolve("")));
    return /^y(es)?$/i.test((await Promise.race([asking.question(`${question} [y/N] `), ended])).trim());
  } finally {
    asking.close();
  }
}
