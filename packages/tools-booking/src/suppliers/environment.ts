import { TravelAgentError } from "@travelagent/protocol";

export interface VendorHosts {
  supplier: string;
  /** Host names that sell real travel. */
  production: readonly string[];
  /** Host names where nothing is real. */
  sandbox: readonly string[];
}

/**
 * Vendors whose credentials are good for both of their environments cannot tell that the wrong one was configured, so we do: with
 * `live: false` the production host is refused, and with `live: true` the sandbox. Other hosts, such as a simulator's, may be either.
 */
export function checkEnvironment({ supplier, production, sandbox }: VendorHosts, baseUrl: string, live: boolean): void {
  if (!URL.canParse(baseUrl)) throw new TravelAgentError("CONFIG_INVALID", `the address of ${supplier} is none; write it with https://`);
  const host = new URL(baseUrl).hostname.toLowerCase();
  if (!live && production.includes(host))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `${supplier} is configured as a sandbox and ${host} sells real travel; take its sandbox address or set live to true`,
    );
  if (live && sandbox.includes(host))
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `${supplier} is configured as live and ${host} is a sandbox; take the production address or set live to false`,
    );
}
