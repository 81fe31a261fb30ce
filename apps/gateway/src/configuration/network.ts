import type { GatewayConfig } from "@travelagent/config";
import type { NetworkOptions } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Listen } from "../reaching/listen.ts";
import type { Tailnet } from "../reaching/tailscale.ts";

/** Who may connect from where. */
export const networkOf = ({ gateway }: GatewayConfig, tailnet: Pick<Tailnet, "name"> | undefined): NetworkOptions => ({
  allowedOrigins: gateway.http.allowedOrigins,
  allowedHosts: [...gateway.http.allowedHosts, ...(tailnet ? [tailnet.name] : [])],
  // Tailscale's proxy calls from this machine and names whom for: otherwise everybody would share one address.
  trustedProxies: [...gateway.trustedProxies, ...(tailnet ? ["127.0.0.1"] : [])],
});

/** The proxy that speaks TLS in front of a gateway that is open to other machines cannot be taken away. Raises `CONFIG_INVALID`. */
export function checkPlaintext({ gateway }: GatewayConfig, { host, tls }: Listen): void {
  if (tls || gateway.allowInsecureRemote || gateway.trustedProxies.length > 0 || /^(127\.|::1$|localhost$)/.test(host)) return;
  throw new TravelAgentError(
    "CONFIG_INVALID",
    `on ${host} other machines would connect without TLS: keep the proxy that speaks it in gateway.trustedProxies, turn on gateway.tls.enabled, or accept it with gateway.allowInsecureRemote`,
  );
}
