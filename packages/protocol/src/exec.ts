import * as z from "zod";

/** How much a command may do without a person: nothing, what is on the allowlist, anything. */
export const ExecSecurity = z.enum(["deny", "allowlist", "full"]);
/** When a person is asked: never, when a command is not on the allowlist, always. */
export const ExecAsk = z.enum(["off", "on-miss", "always"]);
export type ExecSecurity = z.infer<typeof ExecSecurity>;
export type ExecAsk = z.infer<typeof ExecAsk>;

const settings = {
  security: ExecSecurity.optional(),
  ask: ExecAsk.optional(),
  /** What counts when nobody decides in time. */
  askFallback: ExecSecurity.optional(),
  autoAllowSkills: z.boolean().optional(),
};

export const ExecAllowlistEntry = z.strictObject({
  id: z.string().min(1).max(200).optional(),
  /** Path of an executable; `*` and `?` stay within one directory, `**` crosses them. */
  pattern: z.string().min(1).max(1000),
  /** Counts on this node alone. Absent: on every node. */
  nodeId: z.string().min(1).max(200).optional(),
  lastUsedAt: z.int().min(0).optional(),
  lastUsedCommand: z.string().max(2000).optional(),
  lastResolvedPath: z.string().max(1000).optional(),
});
export type ExecAllowlistEntry = z.infer<typeof ExecAllowlistEntry>;

/** The rules for commands of the system, as `exec-approvals.json` has them. The agent `*` stands for all. */
export const ExecApprovalsFile = z.strictObject({
  version: z.literal(1),
  socket: z.strictObject({ path: z.string().optional(), token: z.string().optional() }).optional(),
  defaults: z.strictObject(settings).optional(),
  agents: z.record(z.string().min(1).max(100), z.strictObject({ ...settings, allowlist: z.array(ExecAllowlistEntry).max(500).optional() })).optional(),
});
export type ExecApprovalsFile = z.infer<typeof ExecApprovalsFile>;

/** A command exactly as it will run. `argv[0]` is looked up by nobody further down when it is a path. */
export interface ExecAction {
  readonly argv: readonly string[];
  readonly cwd?: string | undefined;
  /** What is set on top of the environment of whoever runs it. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly agentId?: string | undefined;
  readonly nodeId?: string | undefined;
}

export interface ExecVerdict {
  readonly decision: "allow" | "ask" | "deny";
  /** For logs and refusals: `security=deny`, `security=full`, `allowlist`, `allowlist-miss`, `ask=always`. */
  readonly reason: string;
  /** The entry that matched. */
  readonly entry?: ExecAllowlistEntry;
  /** What counts when somebody is asked and nobody decides: this, without asking. */
  readonly fallback: "allow" | "deny";
}

/** In the place of a node: the gateway's own machine. No node may have this id, and a yes for the one is none for the others. */
export const gatewayHost = "gateway";

/** Agent of a command that names none. */
export const defaultExecAgent = "main";

/** The rules of one agent: its own, then those of `*`, then the defaults, then allowlist, on-miss and deny. */
export function execSettings(file: ExecApprovalsFile, agentId: string = defaultExecAgent) {
  const own = Object.hasOwn(file.agents ?? {}, agentId) ? file.agents?.[agentId] : undefined;
  const all = Object.hasOwn(file.agents ?? {}, "*") ? file.agents?.["*"] : undefined;
  return {
    security: own?.security ?? all?.security ?? file.defaults?.security ?? "allowlist",
    ask: own?.ask ?? all?.ask ?? file.defaults?.ask ?? "on-miss",
    askFallback: own?.askFallback ?? all?.askFallback ?? file.defaults?.askFallback ?? "deny",
    allowlist: [...(own?.allowlist ?? []), ...(agentId === "*" ? [] : (all?.allowlist ?? []))],
  } as const;
}

/** What the rules say about a command. Pure: no clock, no file system. */
export function judgeExec(file: ExecApprovalsFile, action: ExecAction): ExecVerdict {
  const { security, ask, askFallback, allowlist } = execSettings(file, action.agentId);
  if (security === "deny") return { decision: "deny", reason: "security=deny", fallback: "deny" };
  const entry = allowlistEntry(allowlist, action);
  const fallback = askFallback === "full" || (askFallback === "allowlist" && entry) ? "allow" : "deny";
  const found = { fallback, ...(entry ? { entry } : {}) } as const;
  if (ask === "always") return { decision: "ask", reason: "ask=always", ...found };
  if (security === "full") return { decision: "allow", reason: "security=full", ...found };
  if (entry) return { decision: "allow", reason: "allowlist", ...found };
  return { decision: ask === "on-miss" ? "ask" : "deny", reason: "allowlist-miss", ...found };
}

/**
 * An environment of the caller's own can make any program run another one, so such a command is on no allowlist; nor is
 * one whose path is not final, such as `git` or `/usr/bin/../../tmp/git`. A wildcard is for no shell: who lists `/bin/*`
 * hardly means every line a shell can read.
 */
function allowlistEntry(allowlist: readonly ExecAllowlistEntry[], { argv, env, nodeId }: ExecAction): ExecAllowlistEntry | undefined {
  const path = argv[0] ?? "";
  if (Object.keys(env ?? {}).length > 0 || !isFinalPath(path)) return undefined;
  const matches = (pattern: string) => (runsItsArguments(path) ? pattern === path : isPathPattern(pattern) && globToRegExp(pattern).test(path));
  return allowlist.find((entry) => (entry.nodeId === undefined || entry.nodeId === nodeId) && matches(entry.pattern));
}

/** An absolute path without `.` and `..`, on either kind of system. */
export const isFinalPath = (path: string): boolean =>
  /^(?:\/|[A-Za-z]:[\\/])/.test(path) &&
  !path
    .slice(1)
    .split(/[\\/]/)
    .some((part) => part === "." || part === "..");

/** Only a whole path says which program is meant. */
export const isPathPattern = (pattern: string): boolean => /^(?:\/|[A-Za-z]:[\\/]|\*\*[\\/])/.test(pattern);

function globToRegExp(pattern: string): RegExp {
  const source = pattern.replace(/\*\*|\*|\?|[^*?]+/g, (part) =>
    part === "**" ? ".*" : part === "*" ? "[^\\\\/]*" : part === "?" ? "[^\\\\/]" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&"),
  );
  return new RegExp(`^${source}$`, "s");
}

const takesCode =
  /^(?:(?:ba|z|k|c|tc|da|a|fi|mk|lk|y|r|rba|rk|rz)?sh[\d.-]*|busybox|toybox|cmd|powershell|pwsh|env|nohup|nice|timeout|setsid|stdbuf|xargs|find|sudo|doas|su|ssh|python[\d.]*|node|nodejs|deno|bun|npx|perl[\d.]*|ruby[\d.]*|php[\d.]*|lua[\d.]*|awk|gawk|mawk|osascript|wscript|cscript|script|expect|tclsh[\d.]*|make|docker|podman|systemd-run)(?:\.(?:exe|cmd|bat))?$/i;

const runsItsArguments = (path: string): boolean => takesCode.test(path.split(/[\\/]/).at(-1) ?? "");

/**
 * Whether a yes for always can be given: not to a program that runs whatever its arguments say, as that would be a yes to
 * everything, and not to one whose path is not known.
 */
export const canAllowAlways = ({ argv, env }: ExecAction): boolean => {
  const path = argv[0] ?? "";
  return isFinalPath(path) && Object.keys(env ?? {}).length === 0 && !runsItsArguments(path) && !/[*?]/.test(path);
};

/** The file with this executable on the agent's allowlist. */
export function withAllowed(file: ExecApprovalsFile, action: ExecAction, entry: Omit<ExecAllowlistEntry, "pattern" | "nodeId">): ExecApprovalsFile {
  const { argv, agentId = defaultExecAgent, nodeId } = action;
  const pattern = argv[0] ?? "";
  const agent = (Object.hasOwn(file.agents ?? {}, agentId) ? file.agents?.[agentId] : undefined) ?? {};
  const allowlist = agent.allowlist ?? [];
  if (allowlist.some((known) => known.pattern === pattern && (known.nodeId === undefined || known.nodeId === nodeId))) return file;
  const added = { ...entry, pattern, ...(nodeId === undefined ? {} : { nodeId }) };
  return { ...file, agents: { ...file.agents, [agentId]: { ...agent, allowlist: [...allowlist, added] } } };
}

/** A command as one line that a shell would read as exactly these arguments; control characters are shown as escapes. */
export const commandLine = (argv: readonly string[]): string => argv.map(quote).join(" ");

function quote(argument: string): string {
  if (/^[\w@%+=:,./-]+$/.test(argument)) return argument;
  if (!/[^\P{C}]/u.test(argument)) return `'${argument.replaceAll("'", `'\\''`)}'`;
  const escaped = argument.replace(/[\\']/g, "\\$&").replace(/[^\P{C}]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
  return `$'${escaped}'`;
}
