import { asPolicyTool, lintPolicy, namesNothing, type PolicyFile, type PolicyFinding, type PolicyTool } from "@travelagent/agent-runtime/gate";
import type { GatewayConfig } from "@travelagent/config";
import type { Logger } from "@travelagent/protocol/ports";
import { type Bookings, bookingTools } from "@travelagent/tools-booking";
import { type BookingHistory, type Crm, crmTools } from "@travelagent/tools-crm";
import { type Linking, linkTools } from "@travelagent/tools-crm/linking";

/** Tools are asked what they are called and what they state, and never to do anything. */
const nothing = {};
const desk = (offered: boolean) => ({ desk: { offered, compensates: offered } }) as unknown as Bookings;

/** A tool that comes in two forms, of which a rule may mean either. */
function merged(tools: readonly PolicyTool[]): PolicyTool[] {
  const both = (one: readonly string[] | undefined, other: readonly string[] | undefined) => (one && other ? [...new Set([...one, ...other])] : undefined);
  const byName = new Map<string, PolicyTool>();
  for (const tool of tools) {
    const before = byName.get(tool.name);
    byName.set(tool.name, before ? { ...before, facts: both(before.facts, tool.facts), args: both(before.args, tool.args) } : tool);
  }
  return [...byName.values()];
}

const of = (group: string, effect: "read" | "write", ...names: string[]): PolicyTool[] => names.map((name) => ({ name, group, effect }));

/** Every tool that comes along, whether or not a configuration opens it. What servers and plugins bring is not among them. */
export const shippedTools = (): readonly PolicyTool[] => [
  ...merged(
    [
      ...crmTools({ crm: nothing as Crm, bookings: nothing as BookingHistory, onCustomerKnown: async () => undefined }),
      ...linkTools({ linking: nothing as Linking }),
      ...[false, true].flatMap((offered) => bookingTools(desk(offered))),
    ].map(asPolicyTool),
  ),
  ...of("booking", "write", "share_itinerary", "share_quote", "respond_to_schedule_change"),
  ...of("booking", "write", "watch_price", "stop_price_watch"),
  ...of("booking", "read", "list_price_watches"),
  ...of("crm", "write", "share_portal"),
  ...of("crm", "write", "save_document"),
  ...of("crm", "read", "list_documents"),
  ...of("crm", "write", "record_consent", "withdraw_consent"),
  ...of("crm", "write", "promise"),
  ...of("comms", "write", "email_send", "sms_send"),
  ...of("automation", "write", "cron", "webhook"),
  ...of("conversation", "read", "read_skill", "read_result"),
  ...of("conversation", "write", "hand_over_to_person", "hand_off_to_agent", "ask_in_parallel"),
  ...of("memory", "read", "memory_search", "memory_get"),
  ...of("sessions", "read", "sessions_list", "sessions_history", "session_status", "agents_list"),
  ...of("sessions", "write", "sessions_spawn", "sessions_send"),
  ...of("web", "read", "web_search", "web_fetch"),
  ...of("ui", "read", "browser", "browser_open"),
  ...of("ui", "write", "browser_act"),
  ...of("fs", "read", "read"),
  ...of("fs", "write", "write", "edit", "apply_patch"),
  ...of("runtime", "write", "exec", "process"),
  ...of("media", "read", "image"),
];

/** What is wrong or suspicious in these files. `running`: tools beside the shipped ones, such as those of plugins. */
export const checkPolicyFiles = (
  files: readonly PolicyFile[],
  { params = {}, running = [] }: { params?: Readonly<Record<string, unknown>>; running?: readonly PolicyTool[] } = {},
): PolicyFinding[] => {
  const shipped = shippedTools();
  const known = new Set(shipped.map(({ name }) => name));
  return lintPolicy(files, { params, tools: [...shipped, ...running.filter(({ name }) => !known.has(name))] });
};

/** Lists of tools in a configuration, by where they stand. */
const toolLists = ({ tools, agents }: Pick<GatewayConfig, "tools" | "agents">): [path: string, names: readonly string[]][] =>
  [
    ["tools", tools] as const,
    ...Object.entries(tools.byChannel ?? {}).map(([id, rules]) => [`tools.byChannel.${id}`, rules] as const),
    ...agents.list.map((agent) => [`agents.list.${agent.id}.tools`, agent.tools] as const),
  ].flatMap(([path, rules]) =>
    (["allow", "alsoAllow", "deny"] as const).flatMap((list): [string, readonly string[]][] => {
      const names = (rules as Partial<Record<typeof list, readonly string[]>> | undefined)?.[list];
      return names ? [[`${path}.${list}`, names]] : [];
    }),
  );

/** Says in the log which entries of allow and deny lists mean no tool, since a deny that misses its tool denies nothing. */
export function warnOfToolLists(config: Pick<GatewayConfig, "tools" | "agents">, running: readonly Pick<PolicyTool, "name" | "group">[], log: Logger): void {
  const lists = toolLists(config).filter(([, names]) => names.length > 0);
  if (lists.length === 0) return;
  const tools = [...shippedTools(), ...running];
  for (const [path, names] of lists)
    for (const name of names) if (namesNothing(name, tools)) log.warn("a list of tools names something that is no tool and no group here", { path, name });
}

/** Says in the log what is suspicious in the rules in force. */
export function warnOfPolicy(files: readonly PolicyFile[], params: Readonly<Record<string, unknown>>, running: readonly PolicyTool[], log: Logger): void {
  for (const { severity, code, message, file, rule } of checkPolicyFiles(files, { params, running }))
    log.warn("the policy has a rule to look at", { severity, code, problem: message, ...(file ? { file } : {}), ...(rule ? { rule } : {}) });
}
