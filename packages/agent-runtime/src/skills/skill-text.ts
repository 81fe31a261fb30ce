import type { SkillText } from "./skill.ts";

/** The front matter as keys and values, or why it is none. */
type Fields = ReadonlyMap<string, string> | { reason: string };

const unquoted = (value: string): string => {
  if (/^'.*'$/.test(value)) return value.slice(1, -1).replaceAll("''", "'");
  if (!/^".*"$/.test(value)) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value.slice(1, -1);
  }
};

/** One `key: value` a line; lines that are indented belong to the key above, as in a folded text or a nested map. */
function fieldsOf(text: string): Fields {
  const fields = new Map<string, string>();
  let open: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    if (/^\s/.test(line)) {
      if (open === undefined) return { reason: `line ${index + 2} is indented and belongs to no key` };
      fields.set(open, `${fields.get(open)}\n${line.trim()}`);
      continue;
    }
    const pair = /^([A-Za-z][A-Za-z0-9_-]*):(?:\s+(.*))?$/.exec(line);
    if (!pair) return { reason: `line ${index + 2} is not "key: value"` };
    const key = pair[1]!;
    if (fields.has(key)) return { reason: `${key} is there twice` };
    fields.set(key, (pair[2] ?? "").trim());
    open = key;
  }
  return fields;
}

/** A value as one line: `>` and `|` before a text over several lines are only its marks. */
const oneLine = (value: string): string =>
  unquoted(
    value
      .replace(/^[>|][+-]?\n/, "")
      .replaceAll("\n", " ")
      .trim(),
  );

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : []);
const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** The part of `metadata` that is for this system. A nested map in YAML's form is for others. */
function metadataOf(value: string | undefined): Record<string, unknown> | null {
  if (value === undefined || !value.trimStart().startsWith("{")) return {};
  try {
    const known = record(JSON.parse(value));
    return record(known.travelagent ?? known.openclaw);
  } catch {
    return null;
  }
}

/** Reads a SKILL.md. What it does not understand is a reason to leave the skill out, never a guess. */
export function parseSkill(text: string): SkillText | { reason: string } {
  const match = /^\uFEFF?---[ \t]*\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n([\s\S]*))?$/.exec(text);
  if (!match) return { reason: "it has no front matter between two lines of ---" };
  const fields = fieldsOf(match[1]!);
  if ("reason" in fields) return fields;
  const field = (key: string): string | undefined => {
    const value = oneLine(fields.get(key) ?? "");
    return value === "" ? undefined : value;
  };

  const name = field("name");
  const description = field("description");
  if (name === undefined || description === undefined) return { reason: `it has no ${name === undefined ? "name" : "description"}` };
  if (name.length > 64 || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    return { reason: "its name must be lower-case letters, digits and single hyphens, at most 64 of them" };
  if (description.length > 1024) return { reason: "its description is longer than 1024 characters" };
  const flags = { "user-invocable": true, "disable-model-invocation": false };
  for (const key of Object.keys(flags) as (keyof typeof flags)[]) {
    const value = field(key);
    if (value !== undefined && value !== "true" && value !== "false") return { reason: `${key} must be true or false` };
    if (value !== undefined) flags[key] = value === "true";
  }
  const own = metadataOf(fields.get("metadata"));
  if (own === null) return { reason: "its metadata is not JSON" };
  const requires = record(own.requires);
  const homepage = field("homepage") ?? own.homepage;
  const license = field("license");
  return {
    name,
    description,
    body: (match[2] ?? "").replaceAll("\r\n", "\n").trim(),
    ...(typeof homepage === "string" ? { homepage } : {}),
    ...(license === undefined ? {} : { license }),
    ...(typeof own.emoji === "string" ? { emoji: own.emoji } : {}),
    skillKey: typeof own.skillKey === "string" && own.skillKey !== "" ? own.skillKey : name,
    always: own.always === true,
    userInvocable: flags["user-invocable"],
    modelInvocable: !flags["disable-model-invocation"],
    requirements: {
      bins: texts(requires.bins),
      anyBins: texts(requires.anyBins),
      env: texts(requires.env),
      config: texts(requires.config),
      os: texts(own.os),
    },
  };
}
