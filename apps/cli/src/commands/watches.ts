import { randomUUID } from "node:crypto";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

interface AddOptions extends GatewayOptions {
  session: string;
  from: string;
  to: string;
  on: string;
  return?: string;
  adults?: string;
  below: string;
  currency?: string;
}

export const watchesCommand: AddCommand = (program, terminal) => {
  const watches = program.command("watches").description("flights whose price customers want to hear of");
  connected(watches.command("list"))
    .description("list watches, the newest first; open ones unless told otherwise")
    .option("--all", "those that ended, too")
    .option("--session <key>", "of one conversation")
    .option("--customer <id>", "of one customer")
    .option("--limit <n>", "at most this many", "50")
    .action((options: GatewayOptions & { all?: boolean; session?: string; customer?: string; limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call(
          "watches.list",
          given({ all: options.all, sessionKey: options.session, customerId: options.customer, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(found);
        out.table(
          ["ID", "STATE", "FLIGHT", "BELOW", "LAST", "CONVERSATION"],
          found.watches.map(({ id, state, flight, below, price, sessionKey }) => [
            id,
            state,
            `${flight.origin}-${flight.destination} ${flight.departureDate}${flight.returnDate ? ` to ${flight.returnDate}` : ""} x${flight.adults}`,
            `${below.amount} ${below.currency}`,
            price ? `${price.amount} ${price.currency}` : "",
            sessionKey,
          ]),
          "no watches",
        );
      }),
    );
  connected(watches.command("add"))
    .description("watch a price for a customer, who is written to once when it is reached")
    .requiredOption("--session <key>", "the conversation in which the customer is told")
    .requiredOption("--from <code>", "city or airport, such as BCN")
    .requiredOption("--to <code>", "city or airport, such as LIS")
    .requiredOption("--on <day>", "day of departure, 2027-03-28")
    .requiredOption("--below <amount>", "tell at this price or less, for everybody together")
    .option("--return <day>", "day of the way back")
    .option("--adults <n>", "how many travel")
    .option("--currency <code>", "default EUR")
    .action((options: AddOptions) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const below = Number(options.below);
        if (!(below > 0)) throw await failure("INVALID_REQUEST", `--below must be an amount, not "${options.below}"`);
        const made = await client.call(
          "watches.add",
          {
            sessionKey: options.session,
            origin: options.from,
            destination: options.to,
            departureDate: options.on,
            below,
            ...given({
              returnDate: options.return,
              currency: options.currency,
              adults: options.adults === undefined ? undefined : await positive(options.adults, "--adults"),
            }),
            idempotencyKey: randomUUID(),
          },
          { timeoutMs },
        );
        out.data(made);
        out.line(made.watch.id);
      }),
    );
  connected(watches.command("remove"))
    .description("stop watching a price")
    .argument("<id>", "id of the watch")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { watch } = await client.call("watches.remove", { id }, { timeoutMs });
        out.data({ watch });
        out.line(`${watch.id} is ${watch.state}`);
      }),
    );
};
