import { type Check, runChecks } from "../doctor/checks.ts";
import { createOutput } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface DoctorOptions {
  fix?: boolean;
  json?: boolean;
}

const marks = {
  ok: ["green", "ok    "],
  note: ["dim", "note  "],
  warning: ["yellow", "warn  "],
  broken: ["red", "broken"],
  fixed: ["green", "fixed "],
} as const;

export const doctorCommand: AddCommand = (program, terminal, exit) => {
  program
    .command("doctor")
    .description("find out what is wrong on this machine; exit code 1 when something is broken")
    .option("--fix", "repair what can be repaired without losing anything: the modes of files and directories")
    .option("--json", "print the data as JSON")
    .action(async (options: DoctorOptions) => {
      const out = createOutput(terminal, options.json === true);
      const checks = await out.busy("looking", runChecks(terminal, options.fix === true));
      const ok = checks.every(({ status }) => status !== "broken");
      out.data({ ok, checks });
      for (const check of checks) out.line(line(check, (style, text) => out.style(style, text)));
      if (!ok) exit(1);
    });
};

function line({ status, title, detail, advice }: Check, style: (name: "green" | "dim" | "yellow" | "red", text: string) => string): string {
  const [colour, mark] = marks[status];
  return `${style(colour, mark)}  ${title}: ${detail}${advice ? `\n        ${advice}` : ""}`;
}
