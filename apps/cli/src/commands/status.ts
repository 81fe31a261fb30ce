import type { MethodName, Params } from "@travelagent/protocol";
import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { uptime } from "./gateway.ts";
import { partLines } from "./health.ts";

export const statusCommand: AddCommand = (program, terminal) => {
  connected(program.command("status"))
    .description("what the gateway is doing: health, channels, suppliers, and what waits for a person")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "asking", async ({ client, out, target, timeoutMs }) => {
        const state = client.state;
        const hello = state.status === "ready" ? state.hello : undefined;
        const offered = new Set(hello?.features.methods);
        const ask = async <M extends MethodName>(method: M, params: Params<M>) =>
          offered.has(method) ? await client.call(method, params, { timeoutMs }) : undefined;
        const [health, facts, channels, suppliers, approvals, waiting, unknown] = await Promise.all([
          ask("health", {}),
          ask("status", {}),
          ask("channels.status", {}),
          ask("suppliers.status", {}),
          ask("approvals.list", { status: "pending", limit: 100 }),
          ask("conversations.list", { state: "needs-person", limit: 100 }),
          ask("deliveries.list", { status: "unknown", limit: 100 }),
        ]);
        const ok = health?.ok !== false;
        out.data({
          url: target.url,
          version: hello?.server.version,
          uptimeMs: hello?.snapshot.uptimeMs,
          health,
          config: facts?.config,
          channels,
          suppliers: suppliers?.suppliers,
          pendingApprovals: approvals?.approvals.length,
          conversationsWaiting: waiting?.conversations.length,
          unknownDeliveries: unknown?.deliveries.length,
        });
        out.line(
          `gateway        ${ok ? out.style("green", "ok") : out.style("red", "not ok")}  ${target.url}  version ${hello?.server.version}, up ${uptime(hello?.snapshot.uptimeMs ?? 0)}`,
        );
        for (const line of partLines(health?.channels)) out.line(`channel        ${line}`);
        for (const line of partLines(health?.models)) out.line(`model          ${line}`);
        for (const line of partLines(health?.suppliers)) out.line(`supplier       ${line}`);
        for (const part of Array.isArray(health?.degraded) ? health.degraded : []) out.line(`degraded       ${out.style("yellow", String(part))}`);
        for (const line of configLines(facts?.config)) out.line(`config         ${printable(line)}`);
        const count = (label: string, found: unknown[] | undefined) => {
          if (found && found.length > 0)
            out.line(`${label.padEnd(14)} ${out.style("yellow", found.length === 100 ? "100 or more" : String(found.length))} waiting`);
        };
        count("approvals", approvals?.approvals);
        count("conversations", waiting?.conversations);
        count("deliveries", unknown?.deliveries);
      }),
    );
};

/** Why the configuration file is not what runs; nothing when it is. */
function configLines(config: unknown): string[] {
  const { problem, issues, pendingRestart } = (config ?? {}) as {
    problem?: string;
    issues?: readonly { path: string; message: string }[];
    pendingRestart?: readonly string[];
  };
  return [
    ...(problem === undefined ? [] : [problem]),
    ...(issues ?? []).map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)),
    ...(pendingRestart && pendingRestart.length > 0 ? [`counts after a restart: ${pendingRestart.join(", ")}`] : []),
  ];
}
