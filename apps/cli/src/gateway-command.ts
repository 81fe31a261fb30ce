import type { Client } from "@travelagent/client";
import type { Command } from "commander";
import { type ConnectOptions, connect, findGateway, type Target } from "./connect.ts";
import { failure } from "./failure.ts";
import { createOutput, type Output } from "./output.ts";
import type { Terminal } from "./terminal.ts";

interface GatewayContext {
  client: Client;
  out: Output;
  terminal: Terminal;
  target: Target;
  timeoutMs: number;
}

export type GatewayOptions = ConnectOptions & { json?: boolean };

/** Adds what every command that talks to a gateway understands. */
export function connected(command: Command): Command {
  return command
    .option("--json", "print the data as JSON")
    .option("--url <url>", "address of the gateway, such as ws://127.0.0.1:18789")
    .option("--token <token>", "token of the gateway")
    .option("--password <password>", "password of the gateway")
    .option("--tls-fingerprint <sha256>", "the gateway's certificate; no other one is spoken to")
    .option("--timeout <ms>", "how long to wait for the gateway");
}

/** Connects, does the work, disconnects. */
export async function withGateway<T>(
  options: GatewayOptions,
  terminal: Terminal,
  what: string,
  work: (context: GatewayContext) => Promise<T>,
  { timeoutMs = 30_000, reconnect = false } = {},
): Promise<T> {
  const out = createOutput(terminal, options.json === true);
  const patience = options.timeout === undefined ? timeoutMs : await positive(options.timeout, "--timeout");
  const target = await findGateway(options, terminal);
  const client = await out.busy("connecting", connect(target, { reconnect, timeoutMs: Math.min(patience, 10_000) }));
  try {
    return await out.busy(what, work({ client, out, terminal, target, timeoutMs: patience }));
  } finally {
    client.stop();
  }
}

/** A whole number above zero. Raises `INVALID_REQUEST`. */
export async function positive(text: string, name: string): Promise<number> {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw await failure("INVALID_REQUEST", `${name} must be a whole number above zero, not "${text}"`);
  return value;
}

/** Of the options a person gave, those a method knows. */
export const given = <T extends Record<string, unknown>>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
