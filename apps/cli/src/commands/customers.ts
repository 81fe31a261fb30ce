import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface ListOptions extends GatewayOptions {
  query?: string;
  limit: string;
  cursor?: string;
}

export const customersCommand: AddCommand = (program, terminal) => {
  const customers = program.command("customers").description("look at customers");
  connected(customers.command("list"))
    .description("list customers, newest first")
    .option("--query <text>", "with this in the name, e-mail address or number")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "customers.list",
          given({ query: options.query, cursor: options.cursor, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["NAME", "EMAIL", "PHONE", "ID"],
          page.customers.map(({ name, email, phone, id }) => [name, email, phone, id]),
          "no customers",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  connected(customers.command("show"))
    .description("show one customer")
    .argument("<id>", "id of the customer")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { customer } = await client.call("customers.get", { id }, { timeoutMs });
        out.data({ customer });
        for (const [name, value] of Object.entries(customer))
          out.line(`${name.padEnd(12)} ${printable(Array.isArray(value) ? value.join(", ") : String(value))}`);
      }),
    );
};
