import type { ExecApproval } from "@travelagent/protocol";
import type { Command } from "commander";
import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { Terminal } from "../terminal.ts";

type Decision = "allow-once" | "allow-always" | "deny";

/** `approvals exec list|resolve`: commands for nodes that wait for a person. */
export function addExecApprovals(approvals: Command, terminal: Terminal): void {
  const exec = approvals.command("exec").description("commands for nodes that wait for a person");
  connected(exec.command("list"))
    .description("list them, with everything a yes covers")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("exec.approval.list", {}, { timeoutMs });
        out.data(page);
        if (page.approvals.length === 0) out.line("no command waits");
        for (const approval of page.approvals) for (const line of linesOf(approval)) out.line(printable(line));
      }),
    );
  connected(exec.command("resolve"))
    .description("decide on exactly the command that is shown")
    .argument("<id>", "id of the approval")
    .addArgument(exec.createArgument("<decision>", "allow-once, allow-always or deny").choices(["allow-once", "allow-always", "deny"]))
    .action((id: string, decision: Decision, options: GatewayOptions) =>
      withGateway(options, terminal, "deciding", async ({ client, out, timeoutMs }) => {
        const answer = await client.call("exec.approval.resolve", { id, decision }, { timeoutMs });
        out.data(answer);
        out.line(decision === "deny" ? "denied" : "allowed");
      }),
    );
}

function linesOf({ id, request, requestedBy, expiresAtMs }: ExecApproval): string[] {
  const { nodeName, nodeId } = request as { nodeName?: string; nodeId?: string };
  return [
    `${id}  ${nodeName ?? nodeId?.slice(0, 12) ?? ""}  asked by ${requestedBy}  until ${new Date(expiresAtMs).toISOString()}`,
    `  ${request.command}`,
    ...(request.cwd === null ? [] : [`  in ${request.cwd}`]),
    ...Object.entries(request.env ?? {}).map(([name, value]) => `  with ${name}=${JSON.stringify(value)}`),
  ];
}
