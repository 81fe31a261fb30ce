/** A gateway as it tells of itself on the local network. Nobody has checked any of it: what matters is checked when connecting. */
export interface Beacon {
  /** Tells gateways apart: the machine's name and the port. */
  instance: string;
  displayName: string;
  /** Such as `front-desk.local`. */
  lanHost: string;
  /** IPv4 addresses, the one to try first at the front. */
  addresses: string[];
  port: number;
  tls: boolean;
  /** SHA-256 of the certificate. A hint: compare it with what the gateway itself prints before pinning it. */
  tlsSha256?: string;
  /** Only from gateways that tell everything. */
  sshPort?: number;
  cliPath?: string;
}

export const serviceType = "_travelagent-gw._tcp.local";

/** Where a client connects to. */
export const wsUrl = ({ tls, addresses, lanHost, port }: Pick<Beacon, "tls" | "addresses" | "lanHost" | "port">): string =>
  `${tls ? "wss" : "ws"}://${addresses[0] ?? lanHost}:${port}`;

/** One `key=value` a line, as DNS-SD has them; a line holds at most 255 bytes, so what is longer is left out. */
export function encodeTxt({ displayName, lanHost, port, tls, tlsSha256, sshPort, cliPath }: Beacon): string[] {
  const values: Record<string, string | number | undefined> = {
    role: "gateway",
    transport: "gateway",
    displayName,
    lanHost,
    gatewayPort: port,
    gatewayTls: tls ? 1 : 0,
    gatewayTlsSha256: tlsSha256,
    sshPort,
    cliPath,
  };
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value}`)
    .filter((line) => Buffer.byteLength(line) <= 255);
}

/** What is said in TXT lines, as far as it makes sense. */
export function decodeTxt(lines: readonly string[]): Partial<Beacon> & { role?: string } {
  const values = new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), printable(line.slice(line.indexOf("=") + 1))]));
  const text = (key: string) => values.get(key) || undefined;
  const port = (key: string) => {
    const value = Number(values.get(key));
    return Number.isInteger(value) && value > 0 && value < 65_536 ? value : undefined;
  };
  const known: { [K in keyof Beacon | "role"]?: unknown } = {
    role: text("role"),
    displayName: text("displayName"),
    lanHost: text("lanHost"),
    port: port("gatewayPort"),
    tls: values.get("gatewayTls") === "1",
    tlsSha256: text("gatewayTlsSha256"),
    sshPort: port("sshPort"),
    cliPath: text("cliPath"),
  };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** Words of strangers that end up on a terminal: no control characters, and not endless. */
export const printable = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "")
    .trim()
    .slice(0, 255);
