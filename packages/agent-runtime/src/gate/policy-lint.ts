import type { Tool } from "../tool.ts";
import { type PolicyFile, type PolicyOptions, readPolicy } from "./policy.ts";
import { mayHold } from "./policy-contradiction.ts";
import type { Params, PolicyRule } from "./policy-language.ts";
import { paramAt, rootName } from "./policy-params.ts";
import { bracesOf, placeholdersOf } from "./policy-reason.ts";
import { shadowOf } from "./policy-shadow.ts";
import { paramsOf, placesOf } from "./policy-walk.ts";
import { names, namesNothing } from "./tool-names.ts";
import { toolSpec } from "./tool-spec.ts";

/** What a check of rules knows of a tool. */
export interface PolicyTool {
  readonly name: string;
  readonly group: string;
  readonly effect: "read" | "write";
  /** As `Tool.facts`; absent when it is not known what the tool states. */
  readonly facts?: readonly string[] | undefined;
  /** Names of its arguments; absent when they are not known. */
  readonly args?: readonly string[] | undefined;
}

/** A tool as the check of rules knows it. */
export function asPolicyTool({ name, group, effect, facts, ...tool }: Tool): PolicyTool {
  const { properties, additionalProperties } = toolSpec({ name, group, effect, ...tool }).parameters as { properties?: object; additionalProperties?: unknown };
  const args = properties && additionalProperties === false ? Object.keys(properties) : undefined;
  return { name, group, effect, ...(facts ? { facts } : {}), ...(args ? { args } : {}) };
}

export interface PolicyFinding {
  /** An error keeps a rule from ever doing what it says. */
  severity: "error" | "warning";
  code:
    | "unreadable"
    | "unknown-tool"
    | "unknown-path"
    | "never-matches"
    | "shadowed"
    | "unused-param"
    | "unknown-placeholder"
    | "no-reason"
    | "no-test"
    | "write-without-rule";
  message: string;
  file?: string;
  rule?: string;
}

const turnPaths: ReadonlySet<string> = new Set(["agentId", "channel", "chatType", "known", "calls", "calls.hour", "calls.day"]);
/** The gate states it of every call. */
const gateFacts: readonly string[] = ["tainted"];

/** `travellers[].age` or a part of the way to it, as `travellers` is. */
const onTheWay = (stated: string, asked: string): boolean => stated === asked || stated.startsWith(`${asked}.`) || stated.startsWith(`${asked}[]`);

function pathExists(path: string, tool: PolicyTool): boolean {
  const [root, ...rest] = path.split(".");
  // Of a list of words or figures the element itself.
  const asked = rest.join(".").replace(/(\[\])+$/, "");
  if (root === "turn") return turnPaths.has(asked);
  if (root === "args") return tool.args === undefined || tool.args.some((name) => name === rest[0]!.replace(/\[\]$/, ""));
  return tool.facts === undefined || [...gateFacts, ...tool.facts].some((stated) => onTheWay(stated, asked));
}

const listed = (values: readonly string[]): string => values.join(", ");

type Remark = Pick<PolicyFinding, "severity" | "code" | "message">;
const error = (code: PolicyFinding["code"], message: string): Remark => ({ severity: "error", code, message });
const warning = (code: PolicyFinding["code"], message: string): Remark => ({ severity: "warning", code, message });

/** What is to be said about the tools, paths and tests of a rule. */
function conditionRemarks(rule: PolicyRule, its: readonly PolicyTool[], { tools, params }: { tools: readonly PolicyTool[]; params: Params }): Remark[] {
  const nameless = rule.tools.filter((entry) => namesNothing(entry, tools));
  const unknown = its.length === 0 ? [] : placesOf(rule.when).filter((place) => !its.some((tool) => pathExists(place, tool)));
  return [
    ...nameless.map((entry) => warning("unknown-tool", `names ${entry}, which is no tool and no group here`)),
    ...[...new Set(unknown)].map((path) =>
      error("unknown-path", `looks at ${path}, which ${listed(its.map(({ name }) => name))} never ${its.length > 1 ? "have" : "has"}`),
    ),
    ...(mayHold(rule.when, params) ? [] : [error("never-matches", "can never match: its tests contradict one another")]),
    ...emptyTests(rule).map((path) => warning("no-test", `tests nothing at ${path}`)),
  ];
}

const emptyTests = ({ when }: PolicyRule): string[] =>
  "all" in when || "any" in when || "not" in when
    ? []
    : Object.entries(when).flatMap(([path, test]) => (Object.values(test).every((value) => value === undefined) ? [path] : []));

/** What is to be said about the reason a rule gives. */
function reasonRemarks({ then }: PolicyRule, its: readonly PolicyTool[], params: Params): Remark[] {
  if (!("reason" in then)) return [];
  const known = (brace: string): boolean => {
    const path = placeholdersOf(`{${brace}}`)[0];
    if (path === undefined) return false;
    if (path.startsWith("params.")) return paramAt(params, path.slice("params.".length)) !== undefined;
    return its.length === 0 || its.some((tool) => pathExists(path, tool));
  };
  return [
    ...(then.reason.trim() === "" ? [(then.decision === "deny" ? error : warning)("no-reason", "gives no reason; nobody would know why")] : []),
    ...bracesOf(then.reason)
      .filter((brace) => !known(brace))
      .map((brace) => warning("unknown-placeholder", `has {${brace}} in its reason, which is never there`)),
  ];
}

/**
 * What is wrong or suspicious in files of rules: everything that `parsePolicy` refuses, and what it cannot see, which is whether rules
 * fit the tools there are. Changes nothing and never raises.
 */
export function lintPolicy(files: readonly PolicyFile[], { params: given, tools }: PolicyOptions & { tools: readonly PolicyTool[] }): PolicyFinding[] {
  const { policy, problems, declared, fileOf } = readPolicy(files, given === undefined ? {} : { params: given });
  if (!policy) return problems.map(({ file, rule, message }) => ({ ...error("unreadable", message), file, ...(rule === undefined ? {} : { rule }) }));
  const { rules, params } = policy;
  const meant = new Map(rules.map((rule) => [rule, tools.filter((tool) => names(rule.tools, tool))]));
  const ofRules = rules.flatMap((rule, index): PolicyFinding[] => {
    const its = meant.get(rule)!;
    const shadow = shadowOf(rule, index, rules, meant);
    const remarks = [
      ...conditionRemarks(rule, its, { tools, params }),
      ...reasonRemarks(rule, its, params),
      ...(shadow ? [warning("shadowed", `never counts: ${shadow.id} always decides before it`)] : []),
    ];
    const file = fileOf.get(rule.id);
    return remarks.map((remark) => ({ ...remark, message: `the rule ${rule.id} ${remark.message}`, rule: rule.id, ...(file === undefined ? {} : { file }) }));
  });
  const used = new Set(rules.flatMap(paramsOf).map(rootName));
  const unused = [...declared].filter(([name]) => !used.has(name));
  const denied = tools.filter((tool) => tool.effect === "write" && policy.rulesFor(tool).length === 0);
  return [
    ...ofRules,
    ...unused.map(([name, file]) => ({ ...warning("unused-param", `no rule uses the parameter ${name}`), file: file.name })),
    ...denied.map(({ name }) => warning("write-without-rule", `no rule names ${name}, so it is always denied`)),
  ];
}
