import type { Command } from "commander";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { type Output, printable } from "../output.ts";
import type { Terminal } from "../terminal.ts";

interface PauseFacts {
  agentId: string;
  reason: string;
  by: string;
  at: string;
}

const tell = (out: Output, paused: readonly PauseFacts[]): void =>
  out.table(
    ["AGENT", "SINCE", "BY", "REASON"],
    paused.map(({ agentId, at, by, reason }) => [agentId === "*" ? "all" : agentId, at, by, printable(reason)]),
    "every agent works",
  );

/** `agents pause|resume|status`: the kill switch. */
export function addAgentPauses(agents: Command, terminal: Terminal): void {
  connected(agents.command("pause"))
    .description("stop an agent, or all of them: no model is asked, and everything goes to people")
    .argument("[agent]", "id of the agent; without it all agents")
    .requiredOption("--reason <text>", "for the audit log, and for your colleagues")
    .action((agentId: string | undefined, options: GatewayOptions & { reason: string }) =>
      withGateway(options, terminal, "pausing", async ({ client, out, timeoutMs }) => {
        const done = await client.call("agents.pause", { reason: options.reason, ...given({ agentId }) }, { timeoutMs });
        out.data(done);
        out.line(`${agentId ?? "every agent"} is stopped; ${done.handedOver} messages went to people`);
      }),
    );
  connected(agents.command("resume"))
    .description("let an agent work again, or all of them")
    .argument("[agent]", "id of the agent; without it all agents")
    .action((agentId: string | undefined, options: GatewayOptions) =>
      withGateway(options, terminal, "resuming", async ({ client, out, timeoutMs }) => {
        const done = await client.call("agents.resume", given({ agentId }), { timeoutMs });
        out.data(done);
        tell(out, done.paused);
      }),
    );
  connected(agents.command("status"))
    .description("which agents are stopped")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("agents.paused", {}, { timeoutMs });
        out.data(found);
        tell(out, found.paused);
      }),
    );
}
