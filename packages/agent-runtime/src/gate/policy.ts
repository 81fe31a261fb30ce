import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import JSON5 from "json5";
import { sha256 } from "./action-hash.ts";
import { compileRule, type Scene } from "./policy-compile.ts";
import { Params, type PolicyRule, PolicyText, sayIssues } from "./policy-language.ts";
import { otherKind, rootName } from "./policy-params.ts";
import { paramsOf, pathsOf } from "./policy-walk.ts";
import { names } from "./tool-names.ts";

/** The text of one file of rules. */
export interface PolicyFile {
  name: string;
  text: string;
  /** The pack it belongs to; absent for an agency's own. */
  pack?: string;
}

export interface PolicyOptions {
  /** Set last, over those of all files. Values as in a file: words, figures, booleans, lists, tables. */
  params?: Readonly<Record<string, unknown>>;
}

/** The rules that are in force together, read and compiled. */
export interface Policy {
  /** The same for the same rules and parameters, wherever they were read; names them in the audit log. */
  readonly version: string;
  /** Of all files, in the order of the files. */
  readonly rules: readonly PolicyRule[];
  /** With everything that overrides them. */
  readonly params: Params;
  /** The rules that hold of a call, in their order. */
  matching(tool: { name: string; group: string }, scene: Scene): readonly PolicyRule[];
  /** The rules that name this tool, whether or not they hold. */
  rulesFor(tool: { name: string; group: string }): readonly PolicyRule[];
  /** Whether a rule that names this tool looks at a path that begins so, such as `facts.`; `facts.tainted`, which costs nothing, aside. */
  looksAt(tool: { name: string; group: string }, beginning: string): boolean;
}

/** Something that keeps files from being rules. */
export interface PolicyProblem {
  file: string;
  rule?: string;
  message: string;
}

interface Reading {
  rules: { rule: PolicyRule; file: PolicyFile }[];
  params: Record<string, Params[string]>;
  /** The file that states a parameter first. */
  declared: Map<string, PolicyFile>;
  problems: PolicyProblem[];
}

function readText({ name, text }: PolicyFile, problems: PolicyProblem[]): ReturnType<typeof PolicyText.parse> | undefined {
  let value: unknown;
  try {
    value = JSON5.parse(text);
  } catch (error) {
    problems.push({ file: name, message: `${name} is not JSON5: ${error instanceof Error ? error.message : String(error)}` });
    return undefined;
  }
  const parsed = PolicyText.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const message of sayIssues(parsed.error)) problems.push({ file: name, message: `${name}: ${message}` });
  return undefined;
}

const usesParam = (rules: readonly PolicyRule[], name: string): boolean => rules.some((rule) => paramsOf(rule).some((used) => rootName(used) === name));

function takeParams(reading: Reading, given: Params, from: string, mayDeclare: (name: string) => PolicyFile | undefined): void {
  for (const [name, value] of Object.entries(given)) {
    const before = reading.params[name];
    const problem = (message: string) => reading.problems.push({ file: from, message: `${from}: ${message}` });
    if (!Object.hasOwn(reading.params, name) || before === undefined) {
      const file = mayDeclare(name);
      if (!file) {
        problem(`there is no parameter ${name}; it is declared by no pack and used by no rule here`);
        continue;
      }
      reading.declared.set(name, file);
    } else {
      const other = otherKind(before, value);
      if (other) {
        problem(`the parameter ${name} keeps its kind: ${other}`);
        continue;
      }
    }
    reading.params[name] = value;
  }
}

function read(files: readonly PolicyFile[], { params = {} }: PolicyOptions): Reading {
  const reading: Reading = { rules: [], params: {}, declared: new Map(), problems: [] };
  const texts = files.flatMap((file) => {
    const text = readText(file, reading.problems);
    return text ? [{ file, text }] : [];
  });
  for (const { file, text } of texts) {
    const siblings = texts.filter((other) => other.file.pack === file.pack).flatMap((other) => other.text.rules);
    const clash = (name: string) => file.pack !== undefined && reading.declared.has(name) && reading.declared.get(name)!.pack !== file.pack;
    for (const name of Object.keys(text.params).filter(clash))
      reading.problems.push({
        file: file.name,
        message: `${file.name}: the parameter ${name} is declared by the pack ${reading.declared.get(name)!.pack} too; each pack names its own`,
      });
    // A pack declares its parameters, and so does the first file, which has nothing to override. In other files a name that no rule uses is a slip.
    const declares = file.pack !== undefined || file === texts[0]?.file;
    takeParams(reading, text.params, file.name, (name) => (declares || usesParam(siblings, name) ? file : undefined));
  }
  const given = Params.safeParse(params);
  if (given.success) takeParams(reading, given.data, "policy.params", () => undefined);
  else for (const message of sayIssues(given.error)) reading.problems.push({ file: "policy.params", message: `policy.params: ${message}` });
  const seen = new Map<string, string>();
  for (const { file, text } of texts)
    for (const rule of text.rules) {
      if (seen.has(rule.id))
        reading.problems.push({
          file: file.name,
          rule: rule.id,
          message: `${file.name}: the rule id ${rule.id} is used twice; ids name rules in the audit log`,
        });
      seen.set(rule.id, file.name);
      reading.rules.push({ rule, file });
    }
  return reading;
}

interface CompiledRule {
  rule: PolicyRule;
  holds(scene: Scene): boolean;
  paths: readonly string[];
}

/** Rules by tool, worked out once for each tool that is asked about. */
function byTool(rules: readonly CompiledRule[]): (tool: { name: string; group: string }) => readonly CompiledRule[] {
  const known = new Map<string, readonly CompiledRule[]>();
  return ({ name, group }) => {
    const key = `${group}\n${name}`;
    let found = known.get(key);
    if (!found) {
      found = rules.filter(({ rule }) => names(rule.tools, { name, group }));
      // Tools come and go with servers and plugins.
      if (known.size > 2_000) known.clear();
      known.set(key, found);
    }
    return found;
  };
}

/** What files say: the rules, unless something is wrong with them; of what is wrong everything. */
export function readPolicy(
  files: readonly PolicyFile[],
  options: PolicyOptions = {},
): { policy?: Policy; problems: readonly PolicyProblem[]; declared: ReadonlyMap<string, PolicyFile>; fileOf: ReadonlyMap<string, string> } {
  const { rules, params, declared, problems } = read(files, options);
  const compiled = rules.flatMap(({ rule, file }) => {
    try {
      return [{ rule, holds: compileRule(rule, params), paths: pathsOf(rule).filter((path) => path !== "facts.tainted") }];
    } catch (error) {
      problems.push({
        file: file.name,
        rule: rule.id,
        message: `${file.name}: the rule ${rule.id}: ${error instanceof Error ? error.message : String(error)}`,
      });
      return [];
    }
  });
  const fileOf = new Map(rules.map(({ rule, file }) => [rule.id, file.name]));
  if (problems.length > 0) return { problems, declared, fileOf };
  const own = rules.map(({ rule }) => rule);
  const of = byTool(compiled);
  const policy: Policy = {
    version: sha256(canonicalJson({ language: 1, rules: own, params })).slice(0, 16),
    rules: own,
    params,
    matching(tool, scene) {
      const found: PolicyRule[] = [];
      for (const { rule, holds } of of(tool)) if (holds(scene)) found.push(rule);
      return found;
    },
    rulesFor: (tool) => of(tool).map(({ rule }) => rule),
    looksAt: (tool, beginning) => of(tool).some(({ paths }) => paths.some((path) => path.startsWith(beginning))),
  };
  return { policy, problems, declared, fileOf };
}

/**
 * The text of all files as rules. A later file's `params` override those of earlier ones by name. Raises `CONFIG_INVALID` with every
 * problem; a policy that cannot be read must stop the start, not open the gate.
 */
export function parsePolicy(files: readonly PolicyFile[], options: PolicyOptions = {}): Policy {
  const { policy, problems } = readPolicy(files, options);
  if (!policy) throw new TravelAgentError("CONFIG_INVALID", problems.map(({ message }) => message).join("; "));
  return policy;
}
