import { randomUUID } from "node:crypto";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

type Event = "booking.changed" | "conversation.handed-over" | "approval.requested" | "delivery.failed";
type Status = "pending" | "delivered" | "dead";

export const webhooksCommand: AddCommand = (program, terminal) => {
  const webhooks = program.command("webhooks").description("other systems that are told what happens");

  connected(webhooks.command("list"))
    .description("list who is told of what")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("webhooks.list", {}, { timeoutMs });
        out.data(found);
        out.table(
          ["ID", "ADDRESS", "EVENTS", "STATE"],
          found.webhooks.map(({ id, url, events, disabled }) => [id, url, events.join(" "), disabled ?? "on"]),
          "nobody is told of anything",
        );
      }),
    );

  connected(webhooks.command("add"))
    .description("tell an address of events; its secret is shown once")
    .argument("<url>", "https address")
    .argument("<events...>", "booking.changed, conversation.handed-over, approval.requested, delivery.failed")
    .option("--description <text>", "what it is for")
    .action((url: string, events: string[], options: GatewayOptions & { description?: string }) =>
      withGateway(options, terminal, "adding", async ({ client, out, timeoutMs }) => {
        const params = { url, events: events as Event[], idempotencyKey: randomUUID(), ...given({ description: options.description }) };
        const made = await client.call("webhooks.add", params, { timeoutMs });
        out.data(made);
        out.line(`${made.webhook.id} is told from now on`);
        out.line(`secret: ${made.secret}`);
      }),
    );

  connected(webhooks.command("remove"))
    .description("tell nothing more, and forget what waits")
    .argument("<id>", "of webhooks list")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "removing", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("webhooks.remove", { id, idempotencyKey: randomUUID() }, { timeoutMs }));
        out.line(printable(`${id} is told nothing more`));
      }),
    );

  connected(webhooks.command("rotate"))
    .description("give it a new secret, shown once; the old one signs as well for a day")
    .argument("<id>", "of webhooks list")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "rotating", async ({ client, out, timeoutMs }) => {
        const made = await client.call("webhooks.rotate", { id, idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(made);
        out.line(`secret: ${made.secret}`);
      }),
    );

  connected(webhooks.command("deliveries"))
    .description("what was told, what waits, and what was given up")
    .option("--status <status>", "pending, delivered or dead")
    .option("--webhook <id>", "of this webhook only")
    .action((options: GatewayOptions & { status?: string; webhook?: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("webhooks.deliveries", given({ status: options.status as Status | undefined, webhookId: options.webhook }), {
          timeoutMs,
        });
        out.data(found);
        out.table(
          ["ID", "WEBHOOK", "EVENT", "STATUS", "ATTEMPTS", "REASON"],
          found.deliveries.map(({ id, webhookId, event, status, attempts, reason }) => [
            id,
            webhookId,
            event,
            status,
            String(attempts),
            printable(reason ?? ""),
          ]),
          "nothing was told yet",
        );
      }),
    );

  connected(webhooks.command("redrive"))
    .description("send dead letters again: one, or all of a webhook")
    .argument("<id>", "of a delivery (msg_…) or of a webhook (wh_…)")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "sending", async ({ client, out, timeoutMs }) => {
        const which = id.startsWith("wh_") ? { webhookId: id } : { id };
        const made = await client.call("webhooks.redrive", { ...which, idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(made);
        out.line(`${made.count} go out again`);
      }),
    );
};
