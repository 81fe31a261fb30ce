import { TravelAgentError } from "@travelagent/protocol";

export interface FrontMatter {
  fields: Readonly<Record<string, string>>;
  /** Fields below a key that has none of its own: `variables`. */
  nested: Readonly<Record<string, Readonly<Record<string, string>>>>;
  body: string;
}

const field = /^([a-z][A-Za-z0-9]*):(?: +(.*))?$/;
const below = /^ {2}([a-z][A-Za-z0-9]*): +(.+)$/;

/**
 * The head of a file between two lines of `---`: `key: value`, and keys two spaces deeper. Everything is text; there are no quotes, no
 * lists and no references. Raises `CONFIG_INVALID` with the line.
 */
export function frontMatter(text: string): FrontMatter {
  const lines = text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .split("\n");
  if (lines[0]?.trimEnd() !== "---") return { fields: {}, nested: {}, body: lines.join("\n").trim() };
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === "---");
  const bad = (line: number, what: string) => new TravelAgentError("CONFIG_INVALID", `line ${line + 1}: ${what}`);
  if (end < 0) throw bad(0, "the head has no end; write --- on a line of its own");
  const fields: Record<string, string> = {};
  const nested: Record<string, Record<string, string>> = {};
  let under: string | undefined;
  for (let number = 1; number < end; number++) {
    const line = lines[number]!.trimEnd();
    if (line === "" || line.startsWith("#")) continue;
    const deeper = below.exec(line);
    if (deeper) {
      if (under === undefined) throw bad(number, "nothing is above this deeper line");
      const into = nested[under]!;
      if (Object.hasOwn(into, deeper[1]!)) throw bad(number, `${deeper[1]} is there twice`);
      into[deeper[1]!] = deeper[2]!;
      continue;
    }
    const found = field.exec(line);
    if (!found) throw bad(number, `"${line}" is no key and value`);
    const [, key = "", value] = found;
    if (Object.hasOwn(fields, key) || Object.hasOwn(nested, key)) throw bad(number, `${key} is there twice`);
    if (value === undefined || value === "") {
      nested[key] = {};
      under = key;
    } else {
      fields[key] = value;
      under = undefined;
    }
  }
  return {
    fields,
    nested,
    body: lines
      .slice(end + 1)
      .join("\n")
      .trim(),
  };
}
