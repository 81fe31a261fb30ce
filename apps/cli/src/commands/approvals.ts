import { randomUUID } from "node:crypto";
import type { Approval } from "@travelagent/protocol";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { addExecApprovals } from "./exec-approvals.ts";

interface ListOptions extends GatewayOptions {
  status: "pending" | "approved" | "denied" | "expired" | "used" | "all";
  limit: string;
  cursor?: string;
}

export const approvalsCommand: AddCommand = (program, terminal) => {
  const approvals = program.command("approvals").description("decide what waits for a person");
  connected(approvals.command("list"))
    .description("list approvals; those that are pending unless asked for others")
    .option("--status <status>", "pending, approved, denied, expired, used, or all", "pending")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { status, cursor } = options;
        const page = await client.call(
          "approvals.list",
          given({ status: status === "all" ? undefined : status, cursor, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(page);
        out.table(["ID", "STATUS", "WHAT", "TOTAL", "WHY", "EXPIRES"], page.approvals.map(row), "nothing waits for a decision");
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  for (const decision of ["approve", "deny"] as const) {
    connected(approvals.command(decision))
      .description(decision === "approve" ? "say yes to exactly what the approval shows" : "say no")
      .argument("<id>", "id of the approval")
      .option("--reason <text>", "for the audit log, and for the agent")
      .action((id: string, options: GatewayOptions & { reason?: string }) =>
        withGateway(options, terminal, "deciding", async ({ client, out, timeoutMs }) => {
          const { approval } = await client.call(
            "approvals.resolve",
            { id, decision, idempotencyKey: randomUUID(), ...given({ reason: options.reason }) },
            { timeoutMs },
          );
          out.data({ approval });
          out.line(printable(`${approval.status}  ${approval.title}`));
          for (const line of approval.lines) out.line(printable(`  ${line}`));
        }),
      );
  }
  addExecApprovals(approvals, terminal);
};

const row = ({ id, status, title, total, reason, expiresAt }: Approval) => [
  id,
  status,
  title,
  total ? `${total.amount} ${total.currency}` : "",
  reason,
  expiresAt,
];
