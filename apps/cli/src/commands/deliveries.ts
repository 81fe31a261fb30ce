import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

interface ListOptions extends GatewayOptions {
  status?: string;
  limit: string;
  cursor?: string;
}

export const deliveriesCommand: AddCommand = (program, terminal) => {
  const deliveries = program.command("deliveries").description("messages that went out, or should have");
  connected(deliveries.command("list"))
    .description("list deliveries, newest first")
    .option("--status <status>", "such as pending, sent, unknown, failed, expired")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: ListOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "deliveries.list",
          given({ status: options.status, cursor: options.cursor, limit: await positive(options.limit, "--limit") }),
          { timeoutMs },
        );
        out.data(page);
        const text = (value: unknown) => (value === undefined ? "" : String(value));
        out.table(
          ["ID", "STATUS", "CHANNEL", "CREATED", "TEXT"],
          page.deliveries.map((delivery) => [
            text(delivery.id),
            text(delivery.status),
            text(delivery.channel),
            text(delivery.createdAt),
            text(delivery.preview),
          ]),
          "no deliveries",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  connected(deliveries.command("retry"))
    .description("send again what failed, or what a person found was not sent")
    .argument("<id>", "id of the delivery")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "sending", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("deliveries.retry", { id }, { timeoutMs }));
        out.line(`${id} is sent again`);
      }),
    );
  connected(deliveries.command("resolve"))
    .description("say what became of a delivery whose outcome is unknown")
    .argument("<id>", "id of the delivery")
    .requiredOption("--outcome <outcome>", "sent or failed")
    .action(async (id: string, options: GatewayOptions & { outcome: string }) => {
      const { outcome } = options;
      if (outcome !== "sent" && outcome !== "failed") throw await failure("INVALID_REQUEST", `--outcome must be "sent" or "failed", not "${outcome}"`);
      await withGateway(options, terminal, "resolving", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("deliveries.resolve", { id, outcome }, { timeoutMs }));
        out.line(`${id} counts as ${outcome}`);
      });
    });
};
