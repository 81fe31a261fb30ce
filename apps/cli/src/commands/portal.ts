import { randomUUID } from "node:crypto";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import type { AddCommand } from "../run.ts";

interface InviteOptions extends GatewayOptions {
  session?: string;
  days?: string;
}

export const portalCommand: AddCommand = (program, terminal) => {
  const portal = program.command("portal").description("the page each customer has");
  connected(portal.command("invite"))
    .description("make a link to a customer's page, which one browser can open")
    .argument("<customer>", "id of the customer")
    .option("--session <key>", "also send it in this conversation of theirs")
    .option("--days <n>", "for how long it can be opened; default from the configuration")
    .action((customerId: string, options: InviteOptions) =>
      withGateway(options, terminal, "making a link", async ({ client, out, timeoutMs }) => {
        const days = options.days === undefined ? undefined : await positive(options.days, "--days");
        const invited = await client.call(
          "portal.invite",
          { customerId, ...given({ conversationId: options.session, days }), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data(invited);
        out.line(invited.url);
        out.line(out.style("dim", `until ${invited.expiresAt}${options.session === undefined ? "" : ", sent to the customer"}`));
      }),
    );
  connected(portal.command("revoke"))
    .description("close every page and link of a customer now")
    .argument("<customer>", "id of the customer")
    .action((customerId: string, options: GatewayOptions) =>
      withGateway(options, terminal, "closing", async ({ client, out, timeoutMs }) => {
        const ended = await client.call("portal.revoke", { customerId }, { timeoutMs });
        out.data(ended);
        out.line(`closed: ${ended.pages} pages, ${ended.links} unopened links`);
      }),
    );
};
