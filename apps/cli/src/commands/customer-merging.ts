import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { Terminal } from "../terminal.ts";

/** Merging waits for turns that run. */
const patience = 40_000;

/** `customers duplicates|merge|unmerge`, and `customers links`: one person, one record. */
export function addCustomerMerging(customers: Command, terminal: Terminal): void {
  connected(customers.command("duplicates"))
    .description("list records that may be one person; of one customer with an id")
    .argument("[id]", "id of the customer")
    .option("--agency <id>", "of one agency")
    .option("--limit <n>", "at most this many", "50")
    .action((id: string | undefined, options: GatewayOptions & { agency?: string; limit: string }) =>
      withGateway(options, terminal, "comparing", async ({ client, out, timeoutMs }) => {
        const params = given({ id, agency: options.agency, limit: await positive(options.limit, "--limit") });
        const found = await client.call("customers.duplicates", params, { timeoutMs });
        out.data(found);
        out.table(
          ["SAME", "CUSTOMERS"],
          found.candidates.map(({ customers: alike, by }) => [by.join(", "), alike.map(({ id: one, name }) => `${name} (${one})`).join("; ")]),
          "no records look alike",
        );
      }),
    );
  connected(customers.command("merge"))
    .description("join two records of one person: the first goes up in the second")
    .argument("<id>", "id of the record that goes")
    .argument("<into>", "id of the record that stays")
    .action((id: string, into: string, options: GatewayOptions) =>
      withGateway(options, terminal, "merging", async ({ client, out, timeoutMs }) => {
        const merged = await client.call("customers.merge", { id, into, idempotencyKey: randomUUID() }, { timeoutMs: Math.max(timeoutMs, patience) });
        out.data(merged);
        out.line(printable(`${merged.customer.name} (${merged.customer.id}) took over ${merged.moved} entries; undo: customers unmerge ${id}`));
      }),
    );
  connected(customers.command("unmerge"))
    .description("undo a merge: everything it moved goes back")
    .argument("<id>", "id of the record that went")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "undoing", async ({ client, out, timeoutMs }) => {
        const undone = await client.call("customers.unmerge", { id, idempotencyKey: randomUUID() }, { timeoutMs: Math.max(timeoutMs, patience) });
        out.data(undone);
        out.line(
          printable(
            `${undone.customer.name} (${id}) has its ${undone.returned} entries again; ${undone.survivor.name} (${undone.survivor.id}) keeps what came since`,
          ),
        );
      }),
    );

  const links = customers.command("links").description("people who say that a record is theirs");
  connected(links.command("list"))
    .description("list requests, newest first; those that wait for somebody unless a status is given")
    .option("--status <status>", "waiting, code-sent, proven, linked, rejected, expired")
    .option("--limit <n>", "at most this many", "50")
    .action((options: GatewayOptions & { status?: "waiting"; limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("customers.links.list", given({ status: options.status, limit: await positive(options.limit, "--limit") }), {
          timeoutMs,
        });
        out.data(page);
        out.table(
          ["STATUS", "CONVERSATION", "SAYS TO BE", "NAMED", "AT", "ID"],
          page.requests.map(({ status, sessionKey, customerName, customerId, by, createdAt, id }) => [
            status,
            sessionKey,
            `${customerName} (${customerId})`,
            by,
            createdAt,
            id,
          ]),
          "nobody waits",
        );
      }),
    );
  connected(links.command("decide"))
    .description("link the conversation to the record, or refuse")
    .argument("<id>", "id of the request")
    .argument("<decision>", "link or reject")
    .action((id: string, decision: string, options: GatewayOptions) =>
      withGateway(options, terminal, "deciding", async ({ client, out, timeoutMs }) => {
        if (decision !== "link" && decision !== "reject") throw await failure("INVALID_REQUEST", `decide "link" or "reject", not "${decision}"`);
        const { request } = await client.call(
          "customers.links.decide",
          { id, decision, idempotencyKey: randomUUID() },
          { timeoutMs: Math.max(timeoutMs, patience) },
        );
        out.data({ request });
        out.line(printable(`${request.status}: ${request.sessionKey}`));
      }),
    );
}
