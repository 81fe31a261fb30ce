/** A file of an agent's workspace that its prompt carries. `text` is absent when there is no such file. */
export interface WorkspaceFile {
  name: string;
  text?: string;
}

/** In the order of the prompt. */
export const workspaceFileNames = ["AGENTS.md", "SOUL.md", "TOOLS.md", "IDENTITY.md", "USER.md", "HEARTBEAT.md", "BOOTSTRAP.md"] as const;

/** What a sub-agent is told of them. */
const forSubAgents: ReadonlySet<string> = new Set(["AGENTS.md", "TOOLS.md"]);
/** Only in a workspace that is not set up yet: nobody misses it later. */
const untilSetUp = "BOOTSTRAP.md";

const defaultFileMaxChars = 20_000;

/** The agency's own words, which the model is to work by. Undefined when there are none. */
export function workspaceSection(
  files: readonly WorkspaceFile[],
  { mode, maxChars = defaultFileMaxChars }: { mode: "full" | "minimal"; maxChars?: number },
): string | undefined {
  const wanted = files.filter(({ name, text }) => (mode === "full" || forSubAgents.has(name)) && (text !== undefined || name !== untilSetUp));
  if (wanted.every(({ text = "" }) => text.trim() === "")) return undefined;
  return [
    "Files of the agency for this agent. They say how it wants to work and speak; where they differ from the above, they count for tone and for what to offer.",
    ...wanted.flatMap(({ name, text }) => {
      if (text === undefined) return [`(${name} is missing.)`];
      return text.trim() === "" ? [] : [`## ${name}\n${shortened(name, text.trim(), maxChars)}`];
    }),
  ].join("\n\n");
}

/** What is too long loses its middle: the beginning says what it is, the end what was added last. */
function shortened(name: string, text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const head = cut(text, Math.floor(maxChars * 0.7), "end");
  const tail = cut(text, Math.floor(maxChars * 0.2), "start");
  return `${head}\n\n(… ${text.length - head.length - tail.length} of ${text.length} characters of ${name} are left out here …)\n\n${tail}`;
}

/** At most so many characters from one side, no surrogate pair in two. */
function cut(text: string, length: number, away: "start" | "end"): string {
  const part = away === "end" ? text.slice(0, length) : text.slice(text.length - length);
  return away === "end" ? part.replace(/[\uD800-\uDBFF]$/, "") : part.replace(/^[\uDC00-\uDFFF]/, "");
}
