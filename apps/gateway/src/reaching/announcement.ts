import { hostname, networkInterfaces } from "node:os";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";

interface Listening {
  host: string;
  port: number;
  tlsFingerprint?: string;
}

/**
 * Tells the local network of this gateway, when the configuration says so. A gateway that others cannot reach is not told of.
 * Never holds up or fails a start.
 */
export async function announceOnNetwork(
  { discovery: { mdns } }: GatewayConfig,
  { host, port, tlsFingerprint }: Listening,
  { clock, log }: { clock: Clock; log: Logger },
): Promise<{ stop(): Promise<void> }> {
  const silent = { stop: async () => {} };
  if (mdns.mode === "off") return silent;
  const addresses = reachableAt(host, mdns.interface);
  if (addresses.length === 0) {
    log.info("the gateway is not announced, since it serves this machine only", { host });
    return silent;
  }
  try {
    const { advertise } = await import("@travelagent/discovery");
    const name = hostname().split(".")[0] || "gateway";
    return advertise({
      clock,
      log,
      port: mdns.port,
      ...(mdns.interface === undefined ? {} : { interface: mdns.interface }),
      beacon: {
        instance: `${name}-${port}`,
        displayName: mdns.displayName ?? name,
        lanHost: `${name}.local`,
        addresses,
        port,
        tls: tlsFingerprint !== undefined,
        ...(tlsFingerprint === undefined ? {} : { tlsSha256: tlsFingerprint }),
        ...(mdns.mode === "full" ? { sshPort: mdns.sshPort, ...(process.argv[1] ? { cliPath: process.argv[1] } : {}) } : {}),
      },
    });
  } catch (error) {
    log.warn("the gateway cannot be announced on the local network", { error: TravelAgentError.from(error).message });
    return silent;
  }
}

/** The addresses at which that network finds the gateway; loopback counts on loopback alone. */
function reachableAt(host: string, only: string | undefined): string[] {
  const loopback = (address: string) => address.startsWith("127.");
  if (host !== "0.0.0.0" && host !== "::") return loopback(host) && !(only !== undefined && loopback(only)) ? [] : [host];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal, address }) => family === "IPv4" && (only === undefined ? !internal : address === only)).map(({ address }) => address);
}
