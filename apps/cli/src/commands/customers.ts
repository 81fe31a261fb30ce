import { randomUUID } from "node:crypto";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";
import { addCustomerMerging } from "./customer-merging.ts";
import { addCustomerPrivacy } from "./customer-privacy.ts";

interface ListOptions extends GatewayOptions {
  query?: string;
  tag?: string;
  owner?: string;
  lifecycle?: "lead";
  company?: string;
  agency?: string;
  limit: string;
  cursor?: string;
}

interface FieldOptions extends GatewayOptions {
  name?: string;
  email?: string;
  phone?: string;
  language?: string;
  owner?: string;
  country?: string;
  timeZone?: string;
  company?: string;
  costCentre?: string;
  tag?: string[];
  agency?: string;
}

const fieldsOf = ({ email, phone, language, owner, country, timeZone, company, costCentre, tag }: FieldOptions) =>
  given({ email, phone, language, owner, country, timeZone, companyId: company, costCentre, tags: tag });

const withFields = (command: ReturnType<typeof connected>) =>
  connected(command)
    .option("--email <address>", "e-mail address")
    .option("--phone <number>", "international form, such as +34600111222")
    .option("--language <tag>", "such as pt or en-GB")
    .option("--owner <name>", "who of the agency looks after them")
    .option("--country <code>", "two capital letters, such as PT")
    .option("--time-zone <zone>", "such as Europe/Lisbon")
    .option("--company <id>", "the company they travel for")
    .option("--cost-centre <name>", "of that company")
    .option("--tag <tags...>", "all tags there are to be");

export const customersCommand: AddCommand = (program, terminal, exit) => {
  const customers = program.command("customers").description("customers: who they are, and what happened with them");
  connected(customers.command("list"))
    .description("list customers, newest first")
    .option("--query <text>", "with these words in name, address, number, tags, company or notes")
    .option("--tag <tag>", "with this tag")
    .option("--owner <name>", "looked after by")
    .option("--lifecycle <stage>", "lead, customer, booked, travelling or after-trip")
    .option("--company <id>", "who travel for this company")
    .option("--agency <id>", "of one agency")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "customers.list",
          given({
            query: options.query,
            tag: options.tag,
            owner: options.owner,
            lifecycle: options.lifecycle,
            companyId: options.company,
            agency: options.agency,
            cursor: options.cursor,
            limit: await positive(options.limit, "--limit"),
          }),
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["NAME", "EMAIL", "PHONE", "STAGE", "OWNER", "ID"],
          page.customers.map(({ name, email, phone, lifecycle, owner, id }) => [name, email, phone, lifecycle, owner, id]),
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
          out.line(
            `${name.padEnd(12)} ${printable(Array.isArray(value) ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value))}`,
          );
      }),
    );
  withFields(customers.command("create"))
    .description("put somebody on record")
    .argument("<name>", "full name")
    .option("--agency <id>", "of this agency; the first one unless given")
    .action((name: string, options: FieldOptions) =>
      withGateway(options, terminal, "saving", async ({ client, out, timeoutMs }) => {
        const made = await client.call(
          "customers.create",
          { name, ...fieldsOf(options), ...given({ agency: options.agency }), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data(made);
        out.line(printable(`${made.customer.name} is ${made.customer.id}`));
        for (const { id, name: other, by } of (made.possibleDuplicates ?? []) as { id: string; name: string; by: string[] }[])
          out.line(out.style("bold", printable(`looks like ${other} (${id}): same ${by.join(", ")}`)));
      }),
    );
  withFields(customers.command("update"))
    .description("change what is on record; what is not given stays")
    .argument("<id>", "id of the customer")
    .option("--name <name>", "full name")
    .action((id: string, options: FieldOptions) =>
      withGateway(options, terminal, "saving", async ({ client, out, timeoutMs }) => {
        const { customer } = await client.call(
          "customers.update",
          { id, ...given({ name: options.name }), ...fieldsOf(options), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data({ customer });
        out.line(printable(`${customer.name} (${id}) is at version ${customer.version}`));
      }),
    );
  connected(customers.command("timeline"))
    .description("what happened with a customer, newest first")
    .argument("<id>", "id of the customer")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((id: string, options: GatewayOptions & { limit: string; cursor?: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "customers.timeline",
          { id, limit: await positive(options.limit, "--limit"), ...given({ cursor: options.cursor }) },
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["AT", "WHAT", ""],
          page.entries.map(({ at, kind, text }) => [at, kind, text]),
          "nothing happened yet",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  addCustomerMerging(customers, terminal);
  addCustomerPrivacy(customers, terminal, exit);
};
