import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const modelsCommand: AddCommand = (program, terminal) => {
  const models = program.command("models").description("the models the agents may use");
  connected(models.command("list"))
    .description("list models that are available")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("models.list", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["MODEL", "PROVIDER", "CONTEXT"],
          found.models.map(({ id, provider, contextWindow }) => [String(id), String(provider ?? ""), String(contextWindow ?? "")]),
          "no models",
        );
      }),
    );
};
