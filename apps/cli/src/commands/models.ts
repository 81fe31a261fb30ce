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
          ["MODEL", "PROVIDER", "CONTEXT", "THINKS", "ALIAS"],
          found.models.map(({ id, provider, contextWindow, reasoning, alias }) => [
            String(id),
            String(provider ?? ""),
            String(contextWindow ?? ""),
            reasoning === true ? "yes" : "no",
            typeof alias === "string" ? alias : "",
          ]),
          "no models",
        );
      }),
    );
  connected(models.command("status"))
    .description("say which models and keys can be asked, and which rest until when")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("models.status", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["MODEL", "STATE", "RESTS UNTIL"],
          found.models.map(({ id, state, restsUntil }) => [id, state, timeOf(restsUntil)]),
          "no models",
        );
        if (found.keys.length === 0) return;
        out.line("");
        out.table(
          ["KEY", "STATE", "RESTS UNTIL", "BECAUSE"],
          found.keys.map(({ id, state, until, code, billing }) => [id, state, timeOf(until), billing ? "nobody pays for it" : (code ?? "")]),
          "no keys",
        );
      }),
    );
};

const timeOf = (at: number | undefined): string => (at === undefined ? "" : new Date(at).toISOString());
