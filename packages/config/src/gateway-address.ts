import { TravelAgentError } from "@travelagent/protocol";
import type { GatewayConfig } from "./schema.ts";

type GatewaySection = GatewayConfig["gateway"];

/** Addresses of this machine by interface; `os.networkInterfaces()` fits. */
export type Interfaces = Readonly<Record<string, readonly { readonly address: string; readonly family: string }[] | undefined>>;

/** True when the gateway speaks TLS itself. */
export const usesTls = ({ tls }: Pick<GatewaySection, "tls">): boolean => tls.enabled ?? (tls.certPath ?? tls.cert) !== undefined;

/**
 * The address to listen on. `auto` is the tailnet's address where this machine has one and TLS is on, else loopback.
 * Raises `CONFIG_INVALID` when `tailnet` has no address here, or `custom` names none.
 */
export function bindHost(gateway: Pick<GatewaySection, "bind" | "customBindHost" | "tls">, interfaces: Interfaces): string {
  switch (gateway.bind) {
    case "loopback":
      return "127.0.0.1";
    case "lan":
      return "0.0.0.0";
    case "auto":
      return (usesTls(gateway) ? tailnetAddress(interfaces) : undefined) ?? "127.0.0.1";
    case "tailnet": {
      const address = tailnetAddress(interfaces);
      if (address) return address;
      throw new TravelAgentError(
        "CONFIG_INVALID",
        'gateway.bind "tailnet": no interface of this machine has an address in 100.64.0.0/10; connect it to the tailnet first, or choose another bind',
      );
    }
    case "custom":
      if (gateway.customBindHost) return gateway.customBindHost;
      throw new TravelAgentError("CONFIG_INVALID", 'gateway.bind "custom" needs gateway.customBindHost, such as "192.168.1.10"');
    default:
      return gateway.bind;
  }
}

/** Where a program on the same machine reaches a gateway that listens there. */
export const dialHost = (host: string): string => (host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host);

/** 100.64.0.0/10: what Tailscale and other carriers' address translators give out. */
function tailnetAddress(interfaces: Interfaces): string | undefined {
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ address, family }) => {
      const [first, second] = address.split(".").map(Number);
      return family === "IPv4" && first === 100 && second !== undefined && second >= 64 && second < 128;
    })?.address;
}
