import { randomUUID } from "node:crypto";
import type { BookingStatus, Money } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import { renderBooking } from "../render-card.ts";
import type { AddCommand } from "../run.ts";

interface ListOptions extends GatewayOptions {
  status?: BookingStatus;
  customer?: string;
  from?: string;
  to?: string;
  query?: string;
  attention?: boolean;
  limit: string;
  cursor?: string;
}

const resolutions = ["found", "never-happened", "keep", "accept-cost", "settled"] as const;

interface AttendOptions extends GatewayOptions {
  note: string;
  item?: string;
  reference?: string;
}

interface ReleaseOptions extends GatewayOptions {
  text?: string;
}

const sums = (amounts: readonly Money[]): string => amounts.map(({ amount, currency }) => `${amount} ${currency}`).join(", ") || "nothing";

export const bookingsCommand: AddCommand = (program, terminal) => {
  const bookings = program.command("bookings").description("look at bookings, their money, and those that need a person");
  connected(bookings.command("list"))
    .description("list bookings, newest first")
    .option("--status <status>", "such as held, confirmed, ticketed, unknown, needs-human")
    .option("--customer <id>", "of one customer")
    .option("--from <date>", "from this date on, such as 2027-03-12")
    .option("--to <date>", "up to this date")
    .option("--query <text>", "with this in the reference or a name")
    .option("--attention", "only those that a person should look at")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { status, customer: customerId, from, to, query, attention, cursor } = options;
        const page = await client.call(
          "bookings.list",
          given({ status, customerId, from, to, query, attention, cursor, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["REFERENCE", "STATUS", "TRAVEL", "TOTAL", "CUSTOMER", "ID"],
          page.bookings.map((booking) => [
            booking.reference,
            booking.status,
            booking.items.map((item) => item.summary).join("; "),
            `${booking.total.amount} ${booking.total.currency}`,
            booking.customerId,
            booking.id,
          ]),
          "no bookings",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  connected(bookings.command("show"))
    .description("show one booking with its history")
    .argument("<id>", "id or reference")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("bookings.get", { id }, { timeoutMs });
        out.data(found);
        for (const line of renderBooking(found.booking)) out.line(printable(line));
        for (const { id: draft, state, text } of found.notices ?? [])
          if (state === "draft") {
            out.line(out.style("bold", `waits for: bookings release ${String(draft)}`));
            for (const line of String(text).split("\n")) out.line(printable(`  ${line}`));
          }
        for (const entry of found.timeline) out.line(out.style("dim", printable(`${String(entry.at)}  ${String(entry.type)}`)));
      }),
    );
  connected(bookings.command("ledger"))
    .description("show what stands on each account: of one booking, or of all without an id")
    .argument("[id]", "id or reference")
    .action((id: string | undefined, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const ledger = await client.call("bookings.ledger", given({ id }), { timeoutMs });
        out.data(ledger);
        if (ledger.lines)
          out.table(
            ["AT", "ACCOUNT", "AMOUNT", "WHAT"],
            ledger.lines.map(({ at, account, amount, memo }) => [String(at), String(account), sums([amount as Money]), String(memo)]),
            "no money has moved",
          );
        if (ledger.lines) out.line();
        out.table(
          ["ACCOUNT", "BALANCE"],
          ledger.accounts.map(({ account, balance }) => [account, sums([balance])]),
          "no money has moved",
        );
        out.line(`open from customers: ${sums(ledger.balance)}; margin: ${sums(ledger.margin)}`);
      }),
    );
  connected(bookings.command("reconcile"))
    .description("compare a booking with supplier and payment provider, and go on from there")
    .argument("<id>", "id or reference")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "comparing", async ({ client, out, timeoutMs }) => {
        const { booking } = await client.call("bookings.reconcile", { id }, { timeoutMs: Math.max(timeoutMs, 30_000) });
        out.data({ booking });
        for (const line of renderBooking(booking)) out.line(printable(line));
      }),
    );
  connected(bookings.command("release"))
    .description("send a message about what a supplier did to the customer; `bookings show` has the drafts")
    .argument("<draft>", "id of the draft")
    .option("--text <text>", "these words instead")
    .action((id: string, options: ReleaseOptions) =>
      withGateway(options, terminal, "releasing", async ({ client, out, timeoutMs }) => {
        const { notice } = await client.call("bookings.release", { id, idempotencyKey: randomUUID(), ...given({ text: options.text }) }, { timeoutMs });
        out.data({ notice });
        out.line(`released: ${printable(String(notice.text))}`);
      }),
    );
  connected(bookings.command("attend"))
    .description("say what became of a booking that needs a person, or decide what is done about it")
    .argument("<id>", "id or reference")
    .argument("<resolution>", resolutions.join(", "))
    .requiredOption("--note <text>", "why; stays with the booking together with your name")
    .option("--item <n>", "which item, where several are in doubt")
    .option("--reference <text>", "what the supplier calls it, when it was found there")
    .action((id: string, resolution: string, options: AttendOptions) =>
      withGateway(options, terminal, "attending", async ({ client, out, timeoutMs }) => {
        const chosen = resolutions.find((one) => one === resolution);
        if (!chosen) throw await failure("INVALID_REQUEST", `there is no resolution ${resolution}; use ${resolutions.join(", ")}`);
        const more = given({ item: options.item === undefined ? undefined : await positive(options.item, "--item"), supplierReference: options.reference });
        const { booking } = await client.call(
          "bookings.attend",
          { id, resolution: chosen, note: options.note, idempotencyKey: randomUUID(), ...more },
          { timeoutMs: Math.max(timeoutMs, 30_000) },
        );
        out.data({ booking });
        for (const line of renderBooking(booking)) out.line(printable(line));
      }),
    );
};
