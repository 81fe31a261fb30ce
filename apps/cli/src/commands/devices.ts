import type { Client } from "@travelagent/client";
import type { PairedDevice, PairingRequest } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

type RoleOptions = GatewayOptions & { role?: string };

/** Enough to tell devices apart; commands take it too. */
const shortId = (deviceId: string): string => deviceId.slice(0, 12);

export const devicesCommand: AddCommand = (program, terminal) => {
  const devices = program.command("devices").description("devices that may connect with a key of their own, and those that ask to");

  connected(devices.command("list"))
    .description("list requests that wait, and paired devices")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const { pending, paired } = await client.call("device.pair.list", {}, { timeoutMs });
        out.data({ pending, paired });
        if (pending.length > 0) {
          out.table(["REQUEST", "DEVICE", "NAME", "WANTS", "FROM", "ASKED"], pending.map(requestRow), "");
          out.line();
        }
        out.table(["DEVICE", "NAME", "ROLES", "SCOPES", "LAST USED"], paired.map(deviceRow), "no device is paired");
      }),
    );

  connected(devices.command("approve"))
    .description("let a device in as what it asks for")
    .argument("<request>", "id of the request")
    .action((requestId: string, options: GatewayOptions) =>
      withGateway(options, terminal, "approving", async ({ client, out, timeoutMs }) => {
        const result = await client.call("device.pair.approve", { requestId }, { timeoutMs });
        out.data(result);
        out.line(printable(`${shortId(result.device.deviceId)} ${result.device.displayName ?? ""} may connect as ${result.device.roles.join(", ")}`));
      }),
    );

  connected(devices.command("reject"))
    .description("turn a request down; the device may ask again")
    .argument("<request>", "id of the request")
    .action((requestId: string, options: GatewayOptions) =>
      withGateway(options, terminal, "rejecting", async ({ client, out, timeoutMs }) => {
        const result = await client.call("device.pair.reject", { requestId }, { timeoutMs });
        out.data(result);
        out.line(`${shortId(result.deviceId)} was turned down`);
      }),
    );

  connected(devices.command("rotate"))
    .description("a new token in place of the old one, whose connections end; the new one is printed once")
    .argument("<device>", "id of the device, or how it begins")
    .option("--role <role>", "operator or node; needed when the device has both")
    .option("--scope <scope...>", "only these from now on")
    .action((device: string, options: RoleOptions & { scope?: string[] }) =>
      withGateway(options, terminal, "rotating", async ({ client, out, timeoutMs }) => {
        const found = await findDevice(client, device, timeoutMs);
        const result = await client.call(
          "device.token.rotate",
          { deviceId: found.deviceId, role: await roleOf(found, options.role), ...given({ scopes: options.scope }) },
          { timeoutMs },
        );
        out.data(result);
        out.line(result.token);
      }),
    );

  connected(devices.command("revoke"))
    .description("end the token of a device and its connections; it has to be paired again")
    .argument("<device>", "id of the device, or how it begins")
    .option("--role <role>", "operator or node; needed when the device has both")
    .action((device: string, options: RoleOptions) =>
      withGateway(options, terminal, "revoking", async ({ client, out, timeoutMs }) => {
        const found = await findDevice(client, device, timeoutMs);
        const result = await client.call("device.token.revoke", { deviceId: found.deviceId, role: await roleOf(found, options.role) }, { timeoutMs });
        out.data(result);
        out.line(`the token of ${shortId(result.deviceId)} as ${result.role} is no longer good`);
      }),
    );

  connected(devices.command("remove"))
    .description("forget a device, or one role of it, and end its connections")
    .argument("<device>", "id of the device, or how it begins")
    .option("--role <role>", "this role only")
    .action((device: string, options: RoleOptions) =>
      withGateway(options, terminal, "removing", async ({ client, out, timeoutMs }) => {
        const { deviceId } = await findDevice(client, device, timeoutMs);
        const result = await client.call("device.pair.remove", { deviceId, ...given({ role: options.role }) }, { timeoutMs });
        out.data(result);
        out.line(`${shortId(deviceId)} is forgotten${options.role === undefined ? "" : ` as ${options.role}`}`);
      }),
    );
};

async function findDevice(client: Client, text: string, timeoutMs: number): Promise<PairedDevice> {
  const { paired } = await client.call("device.pair.list", {}, { timeoutMs });
  const found = paired.filter(({ deviceId }) => deviceId.startsWith(text.toLowerCase()));
  if (found.length === 1 && found[0]) return found[0];
  throw await failure(
    found.length === 0 ? "NOT_FOUND" : "INVALID_REQUEST",
    found.length === 0
      ? `no device with the id ${text} is paired; look at "travelagent devices list"`
      : `several devices begin with ${text}; give more of the id`,
  );
}

async function roleOf({ tokens, deviceId }: PairedDevice, role: string | undefined): Promise<string> {
  if (role !== undefined) return role;
  if (tokens.length === 1 && tokens[0]) return tokens[0].role;
  throw await failure("INVALID_REQUEST", `${shortId(deviceId)} has the roles ${tokens.map((token) => token.role).join(" and ")}; choose one with --role`);
}

const when = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString());

const requestRow = ({ requestId, deviceId, displayName, platform, role, scopes, remoteIp, isRepair, ts }: PairingRequest) => [
  requestId,
  shortId(deviceId),
  [displayName, platform].filter(Boolean).join(", "),
  `${role}${scopes.length > 0 ? ` with ${scopes.join(", ")}` : ""}${isRepair ? " (known)" : ""}`,
  remoteIp,
  when(ts),
];

const deviceRow = ({ deviceId, displayName, platform, tokens, scopes }: PairedDevice) => [
  shortId(deviceId),
  [displayName, platform].filter(Boolean).join(", "),
  tokens.map(({ role, revokedAtMs }) => `${role}${revokedAtMs === undefined ? "" : " (revoked)"}`).join(", "),
  scopes.join(", "),
  when(Math.max(0, ...tokens.map(({ lastUsedAtMs = 0 }) => lastUsedAtMs)) || undefined),
];
