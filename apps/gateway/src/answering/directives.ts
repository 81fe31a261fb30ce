import type { DirectiveRequest, Directives } from "@travelagent/gateway-core";
import { type Call, type Handlers, type ParsedParams, TravelAgentError } from "@travelagent/protocol";
import { type QueueSettings, queueDrops, queueModes, thinkingLevels } from "@travelagent/protocol/turn";
import type { Session } from "@travelagent/sessions";
import type { ModelSet, SessionChoice } from "./models.ts";

export interface DirectivesOptions {
  /** The methods that directives stand for. Asked at each use: they are made later. */
  handlers(): Handlers;
  session(key: string): Promise<Session | undefined>;
  models(): ModelSet;
}

/** What is answered here. */
export const directiveTable = [
  { name: "status", args: "", description: "Show this session's agent, model and size." },
  { name: "model", args: "[name|default]", description: "Show or choose the model of this session." },
  { name: "think", args: `[${thinkingLevels.join("|")}|default]`, description: "Show or choose how long the model may think." },
  { name: "queue", args: "[mode] [debounce:2s] [cap:20] [drop:old]", description: "Show or choose what becomes of messages that come while the agent works." },
  { name: "compact", args: "[instructions]", description: "Sum up the older part of this session." },
  { name: "new", args: "", description: "Begin this session anew." },
  { name: "reset", args: "", description: "The same as /new." },
  { name: "help", args: "", description: "List these commands." },
] as const;

/** Names and what they do, as `commands.list` and `/help` show them. `/stop` is carried out where messages come in. */
export const commandTable = [{ name: "stop", args: "", description: "End what is being answered and what waits in this session." }, ...directiveTable] as const;

const modeNames: Readonly<Record<string, QueueSettings["mode"]>> = {
  ...Object.fromEntries(queueModes.map((mode) => [mode, mode])),
  coalesce: "collect",
  abort: "interrupt",
  queue: "steer",
  "steer+backlog": "steer-backlog",
};

const seconds: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, "": 1 };

const wrong = (message: string): TravelAgentError => new TravelAgentError("INVALID_REQUEST", message);

/** `collect debounce:2s cap:25 drop:summarize`; null for `default` and `reset`. Raises `INVALID_REQUEST` with what is possible. */
export function queueChoice(text: string): Partial<QueueSettings> | null {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 1 && (words[0] === "default" || words[0] === "reset")) return null;
  const choice: Partial<QueueSettings> = {};
  for (const word of words) {
    const [, name = "", value = ""] = /^([a-z]+)[:=](.+)$/.exec(word) ?? [];
    const mode = modeNames[word];
    if (mode) choice.mode = mode;
    else if (name === "debounce") {
      const [, amount, unit = ""] = /^(\d+)(ms|s|m)?$/.exec(value) ?? [];
      if (amount === undefined) throw wrong(`debounce is a time such as debounce:2s, not "${value}"`);
      choice.debounceMs = Number(amount) * seconds[unit]!;
    } else if (name === "cap" && /^\d+$/.test(value) && Number(value) > 0) choice.cap = Number(value);
    else if (name === "drop" && (queueDrops as readonly string[]).includes(value)) choice.drop = value as QueueSettings["drop"];
    else throw wrong(`"${word}" is none of ${queueModes.join(", ")}, debounce:<time>, cap:<number>, drop:${queueDrops.join("|")}`);
  }
  return choice;
}

/** What a person means by the name of a model, for `sessions.patch`. */
export const chosenModel =
  (models: () => ModelSet) =>
  (text: string): { model: string; authProfile?: string } => {
    const found = models().resolve(text);
    if ("problem" in found) throw wrong(found.problem);
    return { model: found.reference, ...(found.authProfile === undefined ? {} : { authProfile: found.authProfile }) };
  };

/** What a session keeps of it, for the models of a turn. A key that a person chose gives way to no other. */
export const chosenIn = ({ model, authProfile }: NonNullable<Session["prefer"]>): SessionChoice => ({
  model,
  ...(authProfile === undefined ? {} : { authProfile: { id: authProfile, source: "user" as const } }),
});

const words = (queue: Session["queue"]): string =>
  Object.entries(queue ?? {})
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** What people of the agency may type in their own chats. Whoever may not change a session over the wire may not do it here. */
export function directivesOf({ handlers, session, models }: DirectivesOptions): Directives {
  const mayChange = ({ scopes }: Call): void => {
    if (!scopes.includes("operator.admin")) throw new TravelAgentError("FORBIDDEN", "this needs the scope operator.admin, which this connection does not have");
  };
  const patch = async ({ sessionKey, call }: DirectiveRequest, change: Omit<ParsedParams<"sessions.patch">, "key">): Promise<void> => {
    mayChange(call);
    if (!(await session(sessionKey))) throw wrong("this session has not begun: write something first");
    await handlers()["sessions.patch"]!({ key: sessionKey, ...change }, call);
  };
  const modelOf = async ({ sessionKey, agentId }: DirectiveRequest): Promise<string> => {
    const chosen = (await session(sessionKey))?.prefer?.model;
    const [first] = models().forAgent(agentId);
    return chosen ?? (first ? `${first.provider}/${first.id}` : "none");
  };

  const table: Directives = {
    async status(request) {
      const known = await session(request.sessionKey);
      const lines = [
        `Session ${request.sessionKey}, agent ${request.agentId}`,
        `Model ${await modelOf(request)}${known?.prefer?.model ? " (chosen here)" : ""}, thinking ${known?.prefer?.thinking ?? "as configured"}`,
        `${known?.totalTokens ?? 0} tokens used, ${known?.contextTokens ?? 0} in the context`,
        ...(known?.queue ? [`Queue: ${words(known.queue)}`] : []),
      ];
      return lines.join("\n");
    },
    async model(request) {
      const { rest } = request;
      if (rest === "") {
        const names = models()
          .list()
          .map(({ provider, id, alias }) => `${provider}/${id}${alias ? ` (${alias})` : ""}`);
        return `This session uses ${await modelOf(request)}. There is ${names.join(", ")}.`;
      }
      if (rest === "default") {
        await patch(request, { model: null });
        return `This session uses the model of its agent again: ${await modelOf(request)}.`;
      }
      await patch(request, { model: rest });
      return `From now on this session uses ${await modelOf(request)}.`;
    },
    async think(request) {
      const level = request.rest.toLowerCase();
      if (level === "")
        return `Thinking is ${(await session(request.sessionKey))?.prefer?.thinking ?? "as configured"}. Choose ${thinkingLevels.join(", ")} or default.`;
      if (level === "default") {
        await patch(request, { thinkingLevel: null });
        return "Thinking is as configured again.";
      }
      const found = thinkingLevels.find((one) => one === level);
      if (!found) throw wrong(`"${level}" is none of ${thinkingLevels.join(", ")}, default`);
      await patch(request, { thinkingLevel: found });
      return `From now on thinking is ${found}.`;
    },
    async queue(request) {
      if (request.rest === "") return `Queue: ${words((await session(request.sessionKey))?.queue) || "as configured"}.`;
      const choice = queueChoice(request.rest);
      await patch(request, { queue: choice });
      return choice === null ? "The queue is as configured again." : `Queue: ${words(choice)}.`;
    },
    async compact({ sessionKey, rest, call }) {
      const compact = handlers()["sessions.compact"];
      if (!compact) throw wrong("this gateway cannot sum up sessions");
      mayChange(call);
      const { compacted } = await compact({ key: sessionKey, ...(rest === "" ? {} : { instructions: rest }) }, call);
      return compacted ? "The older part of this session has been summed up." : "There is nothing to sum up yet.";
    },
    async new({ sessionKey, call }) {
      mayChange(call);
      await handlers()["sessions.reset"]!({ key: sessionKey, reason: "new" }, call);
      return "A new session has begun.";
    },
    reset: (request) => table.new!(request),
    help: async () => commandTable.map(({ name, args, description }) => `/${name}${args ? ` ${args}` : ""}: ${description}`).join("\n"),
  };
  return table;
}
