import type { ChannelPairingRequest } from "@travelagent/protocol";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

type AccountOptions = GatewayOptions & { account?: string };

const row = ({ channel, accountId, code, name, id, createdAt, expiresAt }: ChannelPairingRequest) => [
  code,
  accountId === "default" ? channel : `${channel}/${accountId}`,
  id,
  name,
  createdAt,
  expiresAt,
];

export const pairingCommand: AddCommand = (program, terminal) => {
  const pairing = program.command("pairing").description("strangers who ask to write on a channel, and wait for somebody to let them in");

  connected(pairing.command("list"))
    .description("list who waits, and who was let in by code")
    .argument("[channel]", "such as telegram; default all that let people in by code")
    .option("--account <id>", "this account of the channel only")
    .action((channel: string | undefined, options: AccountOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("channels.pairing.list", given({ channel, accountId: options.account }), { timeoutMs });
        out.data(found);
        out.table(["CODE", "CHANNEL", "WHO", "NAME", "ASKED", "UNTIL"], found.requests.map(row), "nobody waits");
        if (found.allowed.length > 0) {
          out.line();
          out.table(
            ["LET IN", "CHANNEL"],
            found.allowed.map(({ id, channel: on, accountId }) => [id, accountId === "default" ? on : `${on}/${accountId}`]),
            "",
          );
        }
      }),
    );

  connected(pairing.command("approve"))
    .description("let the person with this code in; they are told so")
    .argument("<channel>", "where they wrote, such as telegram")
    .argument("<code>", "what they were told; letters in any case")
    .option("--account <id>", "this account of the channel only")
    .option("--quiet", "do not tell them")
    .action((channel: string, code: string, options: AccountOptions & { quiet?: boolean }) =>
      withGateway(options, terminal, "approving", async ({ client, out, timeoutMs }) => {
        const params = { channel, code, ...given({ accountId: options.account, notify: options.quiet ? false : undefined }) };
        const { request } = await client.call("channels.pairing.approve", params, { timeoutMs });
        out.data({ request });
        out.line(printable(`${request.name ?? request.id} may write on ${request.channel} now`));
      }),
    );

  connected(pairing.command("reject"))
    .description("turn a request down; the person hears nothing and may ask again")
    .argument("<channel>", "where they wrote")
    .argument("<code>", "what they were told; letters in any case")
    .option("--account <id>", "this account of the channel only")
    .action((channel: string, code: string, options: AccountOptions) =>
      withGateway(options, terminal, "rejecting", async ({ client, out, timeoutMs }) => {
        const { request } = await client.call("channels.pairing.reject", { channel, code, ...given({ accountId: options.account }) }, { timeoutMs });
        out.data({ request });
        out.line(printable(`${request.name ?? request.id} was turned down`));
      }),
    );
};
