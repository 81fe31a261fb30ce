import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

const kinds = ["itinerary", "calendar", "invoice"] as const;
type Kind = (typeof kinds)[number];

async function kindOf(text: string): Promise<Kind> {
  const kind = kinds.find((one) => one === text);
  if (!kind) throw await failure("INVALID_REQUEST", `--kind must be one of ${kinds.join(", ")}, not "${text}"`);
  return kind;
}

interface PaperOptions extends GatewayOptions {
  kind: string;
  number?: string;
}

export const documentsCommand: AddCommand = (program, terminal) => {
  const documents = program.command("documents").description("itineraries, calendars and invoices of bookings");
  connected(documents.command("save"))
    .description("write a paper of a booking to a file")
    .argument("<booking>", "id or reference")
    .option("--kind <kind>", kinds.join(", "), "itinerary")
    .option("--number <number>", "of an invoice; default the latest")
    .option("--out <file>", "default the paper's own name, here")
    .action(async (booking: string, options: PaperOptions & { out?: string }) => {
      const kind = await kindOf(options.kind);
      await withGateway(options, terminal, "printing", async ({ client, out, timeoutMs }) => {
        const { name, mimeType, data } = await client.call("bookings.document", { id: booking, kind, ...given({ number: options.number }) }, { timeoutMs });
        const file = options.out ?? name.replaceAll(/[^\w.-]/g, "_");
        await writeFile(file, Buffer.from(data, "base64"), { mode: 0o600 });
        out.data({ file, mimeType });
        out.line(`written to ${file}`);
      });
    });
  connected(documents.command("invoice"))
    .description("issue what is still to be invoiced of a booking, and list its invoices")
    .argument("<booking>", "id or reference")
    .option("--name <name>", "the buyer; default the customer on record")
    .option("--address <line...>", "lines of the buyer's address")
    .option("--tax-id <id>", "of the buyer")
    .action((booking: string, options: GatewayOptions & { name?: string; address?: string[]; taxId?: string }) =>
      withGateway(options, terminal, "issuing", async ({ client, out, timeoutMs }) => {
        const buyer = options.name === undefined ? undefined : { name: options.name, ...given({ address: options.address, taxId: options.taxId }) };
        const found = await client.call("bookings.invoice", { id: booking, ...given({ buyer }), idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(found);
        const money = (value: unknown) =>
          value && typeof value === "object" && "amount" in value && "currency" in value ? `${value.amount} ${value.currency}` : "";
        out.table(
          ["NUMBER", "KIND", "DATE", "TOTAL"],
          found.invoices.map((invoice) => [String(invoice.number), String(invoice.kind), String(invoice.issuedAt).slice(0, 10), money(invoice.total)]),
          "nothing to invoice",
        );
      }),
    );
  connected(documents.command("share"))
    .description("make a link by which the customer opens a paper")
    .argument("<booking>", "id or reference")
    .option("--kind <kind>", kinds.join(", "), "itinerary")
    .option("--number <number>", "of an invoice; default the latest")
    .option("--days <n>", "how long the link works", "90")
    .action(async (booking: string, options: PaperOptions & { days: string }) => {
      const kind = await kindOf(options.kind);
      const days = await positive(options.days, "--days");
      await withGateway(options, terminal, "sharing", async ({ client, out, timeoutMs }) => {
        const link = await client.call(
          "bookings.share",
          { id: booking, kind, days, ...given({ number: options.number }), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data(link);
        out.line(link.url);
        out.line(out.style("dim", `until ${link.expiresAt}`));
      });
    });
};

export const quotesCommand: AddCommand = (program, terminal) => {
  const quotes = program.command("quotes").description("pages with offers that customers choose from");
  connected(quotes.command("create"))
    .description("make a page of offers found in a conversation")
    .argument("<offer...>", "ids of offers")
    .requiredOption("--session <key>", "the conversation it is for")
    .option("--title <title>", "heading of the page")
    .option("--message <text>", "a word to the customer")
    .option("--expires <time>", "ISO 8601; default in a week")
    .option("--supersedes <id>", "the quote whose place it takes; nobody can accept that one any more")
    .action((offerIds: string[], options: GatewayOptions & { session: string; title?: string; message?: string; expires?: string; supersedes?: string }) =>
      withGateway(options, terminal, "making", async ({ client, out, timeoutMs }) => {
        const { session: sessionKey, title, message, expires, supersedes } = options;
        const made = await client.call(
          "quotes.create",
          {
            sessionKey,
            offerIds,
            ...given({ title, message, supersedes, expiresAt: expires === undefined ? undefined : new Date(expires).toISOString() }),
            idempotencyKey: randomUUID(),
          },
          { timeoutMs },
        );
        out.data(made);
        out.line(made.url);
      }),
    );
  connected(quotes.command("list"))
    .description("list quotes, newest first")
    .option("--session <key>", "of one conversation")
    .option("--customer <id>", "of one customer")
    .option("--limit <n>", "at most this many", "50")
    .action((options: GatewayOptions & { session?: string; customer?: string; limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const limit = await positive(options.limit, "--limit");
        const found = await client.call("quotes.list", { limit, ...given({ sessionKey: options.session, customerId: options.customer }) }, { timeoutMs });
        out.data(found);
        out.table(
          ["ID", "VERSION", "STATUS", "EXPIRES", "TITLE"],
          found.quotes.map((quote) => [String(quote.id), String(quote.version), String(quote.status), String(quote.expiresAt), printable(String(quote.title))]),
          "no quotes",
        );
      }),
    );
  connected(quotes.command("withdraw"))
    .description("take a quote back; nobody can accept it any more")
    .argument("<id>", "id of the quote")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "withdrawing", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("quotes.withdraw", { id, idempotencyKey: randomUUID() }, { timeoutMs }));
        out.line(`${id} is withdrawn`);
      }),
    );
};
