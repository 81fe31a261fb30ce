import type { BookingStatus } from "@travelagent/protocol";
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
  limit: string;
  cursor?: string;
}

export const bookingsCommand: AddCommand = (program, terminal) => {
  const bookings = program.command("bookings").description("look at bookings");
  connected(bookings.command("list"))
    .description("list bookings, newest first")
    .option("--status <status>", "such as held, confirmed, ticketed, unknown, needs-human")
    .option("--customer <id>", "of one customer")
    .option("--from <date>", "from this date on, such as 2027-03-12")
    .option("--to <date>", "up to this date")
    .option("--query <text>", "with this in the reference or a name")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { status, customer: customerId, from, to, query, cursor } = options;
        const page = await client.call(
          "bookings.list",
          given({ status, customerId, from, to, query, cursor, limit: await positive(options.limit, "--limit") }),
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
        for (const entry of found.timeline) out.line(out.style("dim", printable(`${String(entry.at)}  ${String(entry.type)}`)));
      }),
    );
};
