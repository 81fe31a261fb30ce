import { existsSync } from "node:fs";
import type { GatewayConfig } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Listen } from "../reaching/listen.ts";

/**
 * A gateway that other machines reach has a secret that somebody chose or has seen: the one it makes for itself is made on this
 * machine alone. Raises `CONFIG_INVALID`. Says nothing where `serve` refuses for a reason of its own.
 */
export function checkExposedSecret({ gateway: { auth } }: GatewayConfig, { host, tls, allowPlaintext }: Listen, tokenFile: string): void {
  if (/^(127\.|::1$|localhost$)/.test(host) || !(tls || allowPlaintext) || auth.mode !== "token" || auth.token || existsSync(tokenFile)) return;
  throw new TravelAgentError(
    "CONFIG_INVALID",
    `on ${host} other machines reach this gateway, and it has no token yet: set TRAVELAGENT_GATEWAY_TOKEN or gateway.auth.token, or start it once on this machine alone`,
  );
}
