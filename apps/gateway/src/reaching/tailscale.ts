import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Logger } from "@travelagent/protocol/ports";
import type { Listen } from "./listen.ts";

/** The gateway behind Tailscale's own TLS proxy on this machine. */
export interface Tailnet {
  /** The name it is reached by, such as `front-desk.example.ts.net`. */
  name: string;
  /** Tells Tailscale to pass on to this port. Raises `UNAVAILABLE` with what Tailscale says. */
  publish(port: number): Promise<void>;
  /** Takes it back. */
  stop(): Promise<void>;
}

const run = promisify(execFile);
const patienceMs = 15_000;

/**
 * Ready to publish, or undefined when it is off. Raises `CONFIG_INVALID` when what would be published is not safe, and
 * `UNAVAILABLE` when Tailscale is not there or not connected.
 */
export async function tailnetOf({ gateway }: GatewayConfig, { host, tls }: Listen, log: Logger): Promise<Tailnet | undefined> {
  const { mode, command } = gateway.tailscale;
  if (mode === "off") return undefined;
  if (host !== "127.0.0.1")
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `gateway.tailscale passes on to this machine: bind loopback instead of ${host}, so that nobody comes in beside it`,
    );
  if (gateway.auth.mode === "none")
    throw new TravelAgentError("CONFIG_INVALID", 'gateway.tailscale opens the gateway to other machines: "none" is no authentication for that');
  if (mode === "funnel" && gateway.auth.mode !== "password")
    throw new TravelAgentError(
      "CONFIG_INVALID",
      'gateway.tailscale "funnel" opens the gateway to the internet: set gateway.auth.mode to "password" and a long password',
    );

  const tailscale = async (...args: string[]): Promise<string> => {
    try {
      return (await run(command, args, { timeout: patienceMs })).stdout;
    } catch (error) {
      const { code, stderr = "", stdout = "" } = error as NodeJS.ErrnoException & { stderr?: string; stdout?: string };
      const said = `${stderr} ${stdout}`.replace(/\s+/g, " ").trim().slice(0, 500);
      throw new TravelAgentError(
        "UNAVAILABLE",
        code === "ENOENT"
          ? `there is no program ${command}: install Tailscale, or turn gateway.tailscale off`
          : `"${command} ${args.join(" ")}" failed${said ? `: ${said}` : ""}; check with "tailscale status"`,
        { cause: error },
      );
    }
  };

  const name = nameIn(await tailscale("status", "--json"));
  const target = (port: number) => `${tls ? "https+insecure" : "http"}://127.0.0.1:${port}`;
  let published = false;
  return {
    name,
    async publish(port) {
      await tailscale(mode, "--bg", "--yes", "--https=443", target(port));
      published = true;
      log.info("the gateway is published by Tailscale", { url: `https://${name}`, mode });
    },
    async stop() {
      if (!published) return;
      published = false;
      await tailscale(mode, "--https=443", "off").catch((error: unknown) =>
        log.warn("Tailscale still passes on to the gateway", { error: TravelAgentError.from(error).message }),
      );
    },
  };
}

function nameIn(status: string): string {
  let name: unknown;
  try {
    name = (JSON.parse(status) as { Self?: { DNSName?: unknown } }).Self?.DNSName;
  } catch {
    name = undefined;
  }
  if (typeof name === "string" && /^[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i.test(name)) return name.replace(/\.$/, "").toLowerCase();
  throw new TravelAgentError("UNAVAILABLE", 'Tailscale has no name for this machine: connect it with "tailscale up", and turn MagicDNS on');
}
