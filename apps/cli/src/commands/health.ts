import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const healthCommand: AddCommand = (program, terminal, exit) => {
  connected(program.command("health"))
    .description("ask the gateway how it is; exit code 1 when it is not well or not there")
    .action((options: GatewayOptions) =>
      withGateway(
        options,
        terminal,
        "asking",
        async ({ client, out, timeoutMs }) => {
          const health = await client.call("health", {}, { timeoutMs });
          const degraded = Array.isArray(health.degraded) ? health.degraded.map(String) : [];
          out.data(health);
          out.line(health.ok ? out.style("green", "ok") : out.style("red", "not ok"));
          for (const part of degraded) out.line(`${out.style("yellow", "degraded")}  ${part}`);
          if (!health.ok) exit(1);
        },
        { timeoutMs: 10_000 },
      ),
    );
};
