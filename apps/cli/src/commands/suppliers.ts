import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

export const suppliersCommand: AddCommand = (program, terminal) => {
  const suppliers = program.command("suppliers").description("where travel is bought");
  connected(suppliers.command("status"))
    .description("say how each supplier is")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const found = await client.call("suppliers.status", {}, { timeoutMs });
        out.data(found);
        for (const { id, name, ...facts } of found.suppliers) {
          out.line(out.style("bold", String(id ?? name)));
          for (const [key, value] of Object.entries(facts))
            out.line(`  ${key.padEnd(12)} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
        }
        if (found.suppliers.length === 0) out.line("no suppliers");
      }),
    );
};
