import type { Client } from "@travelagent/client";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import type { Output } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface Account extends GatewayOptions {
  account?: string;
}

interface Step {
  state: string;
  qr?: string | undefined;
  code?: string | undefined;
  expiresAt?: number | undefined;
  as?: string | undefined;
  reason?: string | undefined;
}

const text = (value: unknown): string => (value === undefined ? "" : String(value));
const of = (channel: string, { account }: Account): { channel: string; accountId?: string } => ({
  channel,
  ...(account === undefined ? {} : { accountId: account }),
});

export const channelsCommand: AddCommand = (program, terminal, exit) => {
  const channels = program.command("channels").description("accounts on messaging platforms: how they are, and connecting them");

  connected(channels.command("status"))
    .description("how every account is")
    .argument("[channel]", "one channel alone")
    .option("--probe", "ask each platform whether it answers")
    .action((channel: string | undefined, options: GatewayOptions & { probe?: boolean }) =>
      withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const status = await client.call("channels.status", given({ channel, probe: options.probe, timeoutMs: Math.min(timeoutMs, 20_000) }), { timeoutMs });
        out.data(status);
        const rows = status.channelOrder.flatMap((id) =>
          (status.channelAccounts[id] ?? []).map((account) => {
            const probe = account.probe as { ok: boolean; elapsedMs: number; error?: string } | undefined;
            const answered = probe === undefined ? "" : probe.ok ? `answers (${probe.elapsedMs} ms)` : text(probe.error);
            return [id, account.accountId, text(account.state), answered, text(account.lastError)];
          }),
        );
        out.table(["CHANNEL", "ACCOUNT", "STATE", options.probe ? "PROBE" : "", "REASON"], rows, "no channels");
        if (rows.some(([, , state]) => state === "failed" || state === "logged-out" || state === "needs-pairing")) exit(1);
      }),
    );

  connected(channels.command("restart"))
    .description("stop an account and start it anew")
    .argument("<channel>")
    .option("--account <id>", "which account")
    .action((channel: string, options: Account) =>
      withGateway(options, terminal, "restarting", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("channels.restart", of(channel, options), { timeoutMs }));
        out.line(`${channel} starts anew; see: travelagent channels status ${channel}`);
      }),
    );

  connected(channels.command("logout"))
    .description("disconnect an account and forget what it was connected with")
    .argument("<channel>")
    .option("--account <id>", "which account")
    .action((channel: string, options: Account) =>
      withGateway(options, terminal, "disconnecting", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("channels.logout", of(channel, options), { timeoutMs }));
        out.line(`${channel} is disconnected`);
      }),
    );

  connected(channels.command("login"))
    .description("connect an account by scanning a picture, or by typing a code")
    .argument("<channel>")
    .option("--account <id>", "which account")
    .option("--phone <number>", "show a code to type on this phone instead of a picture")
    .action((channel: string, options: Account & { phone?: string }) =>
      withGateway(
        options,
        terminal,
        "connecting",
        async ({ client, out, timeoutMs }) => {
          const last = await followLogin(client, channel, options, out, timeoutMs).catch(async (error: unknown) => {
            // The method is there only where some channel is connected so.
            if (!/unknown method/.test(String(error))) throw error;
            throw await failure("INVALID_REQUEST", "no channel of this gateway is connected by a login: what the configuration holds is enough");
          });
          out.data(last);
          if (last.state !== "connected")
            throw await failure("UNAVAILABLE", last.reason ?? `nobody connected ${channel} in time; run this again for a new code`);
          out.line(`${channel} is connected as ${text(last.as)}`);
        },
        { timeoutMs: 180_000 },
      ),
    );

  connected(channels.command("test"))
    .description("ask the platform whether it answers; with --to also send a message there")
    .argument("<channel>")
    .option("--account <id>", "which account")
    .option("--to <recipient>", "a phone number, an address or an id on the platform")
    .option("--message <text>", "what is sent", "This is a test of the connection.")
    .action((channel: string, options: Account & { to?: string; message: string }) =>
      withGateway(options, terminal, "testing", async ({ client, out, timeoutMs }) => {
        const status = await client.call("channels.status", { channel, probe: true, timeoutMs: Math.min(timeoutMs, 20_000) }, { timeoutMs });
        const account = (status.channelAccounts[channel] ?? []).find(({ accountId }) => options.account === undefined || accountId === options.account);
        if (!account) throw await failure("NOT_FOUND", `there is no account ${options.account ?? ""} on ${channel}; see: travelagent channels status`);
        const probe = account.probe as { ok: boolean; elapsedMs: number; error?: string } | undefined;
        const sent = options.to === undefined ? undefined : await sendTest(client, channel, options.to, options, timeoutMs);
        out.data({ channel, account, ...(sent ? { sent } : {}) });
        out.line(`${channel} is ${text(account.state)}${account.lastError === undefined ? "" : `: ${text(account.lastError)}`}`);
        out.line(
          probe === undefined
            ? "the platform cannot be asked"
            : probe.ok
              ? `the platform answers (${probe.elapsedMs} ms)`
              : `the platform: ${text(probe.error)}`,
        );
        if (sent) out.line(`the message is ${text(sent.status)}${sent.reason === undefined ? "" : `: ${text(sent.reason)}`}`);
        if (account.running !== true || probe?.ok === false || (sent && sent.status !== "sent")) exit(1);
      }),
    );
};

const sendTest = (client: Client, channel: string, to: string, { account, message }: Account & { message: string }, timeoutMs: number) =>
  client.call("send", { to, message, channel, ...given({ accountId: account }), idempotencyKey: `channels-test-${crypto.randomUUID()}` }, { timeoutMs });

/** Shows every picture and code that comes until somebody used one, or the time is over. */
async function followLogin(client: Client, channel: string, options: Account & { phone?: string }, out: Output, timeoutMs: number): Promise<Step> {
  const until = Date.now() + timeoutMs;
  let shown = "";
  let { step } = await client.call("channels.login.start", { ...of(channel, options), ...given({ phone: options.phone }) }, { timeoutMs });
  while (step.state !== "connected" && step.state !== "failed") {
    const key = step.qr ?? step.code ?? "";
    if (key !== "" && key !== shown) {
      shown = key;
      if (step.qr !== undefined) {
        const { toString: asText } = await import("qrcode");
        out.line(await asText(step.qr, { type: "utf8", errorCorrectionLevel: "L" }));
        out.line("Scan this with the phone: Linked devices, then Link a device.");
      } else out.line(`Type this on the phone under Linked devices: ${step.code}`);
    }
    const leftMs = until - Date.now();
    if (leftMs <= 0) return step;
    ({ step } = await client.call(
      "channels.login.wait",
      { ...of(channel, options), timeoutMs: await positive(String(Math.min(leftMs, 25_000)), "--timeout") },
      { timeoutMs: 35_000 },
    ));
  }
  return step;
}
