import type { Terminal } from "./terminal.ts";

type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
const codes: Record<Style, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

type Cell = string | number | undefined;

export interface Output {
  readonly json: boolean;
  /** One line for people; nothing with `--json`. */
  line(text?: string): void;
  /** Rows under headings; a sentence when there are none. Nothing with `--json`. */
  table(headings: readonly string[], rows: readonly (readonly Cell[])[], none: string): void;
  /** The data itself: printed with `--json` and never styled. */
  data(value: unknown): void;
  style(style: Style, text: string): string;
  /** Waits with a sign of life on a terminal's error stream when it takes longer than a second. */
  busy<T>(what: string, work: Promise<T>): Promise<T>;
}

export function createOutput({ stdout, stderr, env }: Pick<Terminal, "stdout" | "stderr" | "env">, json: boolean): Output {
  const styled = !json && stdout.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  const style = (name: Style, text: string) => (styled ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
  let spinnerShows = false;
  const clearSpinner = () => {
    if (spinnerShows) stderr.write("\r\u001b[K");
    spinnerShows = false;
  };
  const print = (text: string) => {
    clearSpinner();
    stdout.write(`${text}\n`);
  };
  return {
    json,
    style,
    line: (text = "") => {
      if (!json) print(text);
    },
    table(headings, rows, none) {
      if (json) return;
      if (rows.length === 0) return print(none);
      const cells = rows.map((row) => row.map((cell) => oneLine(String(cell ?? ""))));
      const widths = headings.map((heading, column) => Math.max(width(heading), ...cells.map((row) => width(row[column] ?? ""))));
      const pad = (row: readonly string[], paint = (text: string) => text) =>
        row
          .map((cell, column) => (column === row.length - 1 ? paint(cell) : paint(cell) + " ".repeat(widths[column]! - width(cell))))
          .join("  ")
          .trimEnd();
      print(pad(headings, (text) => style("bold", text)));
      for (const row of cells) print(pad(row));
    },
    data: (value) => {
      if (json) print(JSON.stringify(value, null, 2));
    },
    async busy(what, work) {
      if (stderr.isTTY !== true) return work;
      const frames = ["|", "/", "-", "\\"];
      let frame = 0;
      const spin = () => {
        spinnerShows = true;
        stderr.write(`\r${frames[frame++ % frames.length]} ${what} `);
      };
      let interval: NodeJS.Timeout | undefined;
      const timer = setTimeout(() => {
        spin();
        interval = setInterval(spin, 120);
      }, 1000);
      try {
        return await work;
      } finally {
        clearTimeout(timer);
        clearInterval(interval);
        clearSpinner();
      }
    },
  };
}

/** Text from customers and suppliers must not steer the terminal: control characters go, line breaks and tabs stay. */
export const printable = (text: string): string => text.replace(/(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu, "");

const oneLine = (text: string): string => printable(text.replace(/\s*[\r\n\t]+\s*/g, " "));

const width = (text: string): number => [...text].length;
