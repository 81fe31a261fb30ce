import { randomUUID } from "node:crypto";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { addAgentPauses } from "./agent-pauses.ts";

interface ExplainOptions extends GatewayOptions {
  channel: string;
  peer: string;
  account?: string;
  group?: boolean;
  text?: string;
}

const written = (match: Record<string, unknown>): string =>
  Object.entries(match)
    .map(([key, value]) => `${key} ${typeof value === "object" && value !== null ? Object.values(value).join(" ") : String(value)}`)
    .join(", ");

export const agentsCommand: AddCommand = (program, terminal) => {
  const agents = program.command("agents").description("the agents of this gateway");
  addAgentPauses(agents, terminal);
  connected(agents.command("list"))
    .description("list agents")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("agents.list", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["ID", "NAME", "DEFAULT", "WORKSPACE"],
          found.agents.map(({ id, name, workspace }) => [String(id), String(name ?? ""), id === found.defaultId ? "yes" : "", String(workspace ?? "")]),
          "no agents",
        );
      }),
    );

  connected(agents.command("bindings"))
    .description("list which agent answers whom, most specific first wins")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("routing.list", {}, { timeoutMs });
        const { bindings, defaultId } = found;
        out.data(found);
        out.table(["AGENT", "ANSWERS"], [...bindings.map(({ agentId, match }) => [agentId, written(match)]), [defaultId, "everybody else"]], "no bindings");
      }),
    );

  connected(agents.command("explain"))
    .description("say which agent would answer a message, and why")
    .requiredOption("--channel <name>", "where it comes from")
    .requiredOption("--peer <id>", "who writes, as the channel names them")
    .option("--account <id>", "the account of the channel")
    .option("--group", "the peer is a group")
    .option("--text <text>", "what they write; it may quote a booking")
    .action((options: ExplainOptions) =>
      withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const { channel, peer, account, group, text } = options;
        const found = await client.call(
          "routing.explain",
          { channel, peer, ...given({ accountId: account, text }), ...(group ? { chatType: "group" as const } : {}) },
          { timeoutMs },
        );
        out.data(found);
        out.line(printable(`${found.agentId} answers in ${found.sessionKey} (${found.matchedBy})`));
      }),
    );

  connected(agents.command("assign <conversation> [agent]"))
    .description("give a conversation to an agent; without one, back to whom the bindings name")
    .option("--reason <text>", "for the record")
    .action((conversationId: string, agentId: string | undefined, options: GatewayOptions & { reason?: string }) =>
      withGateway(options, terminal, "assigning", async ({ client, out, timeoutMs }) => {
        const { conversation } = await client.call(
          "conversations.assignAgent",
          { conversationId, agentId: agentId ?? null, ...given({ reason: options.reason }), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data(conversation);
        out.line(printable(`${conversation.agentId} answers ${conversation.displayName} from the next message on`));
      }),
    );
};
