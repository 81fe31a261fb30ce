import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const agentsCommand: AddCommand = (program, terminal) => {
  const agents = program.command("agents").description("the agents of this gateway");
  connected(agents.command("list"))
    .description("list agents")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("agents.list", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["ID", "NAME", "DEFAULT"],
          found.agents.map(({ id, name }) => [String(id), String(name ?? ""), id === found.defaultId ? "yes" : ""]),
          "no agents",
        );
      }),
    );
};
