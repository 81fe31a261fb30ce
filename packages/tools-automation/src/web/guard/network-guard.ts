import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";
import { addressKind } from "./address.ts";
import { type Endpoint, endpointOf } from "./target.ts";
import { untilAborted } from "./until-aborted.ts";

/** The addresses of a name, at least one. Rejects when there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface NetworkGuardOptions {
  /** Default: as the machine resolves names. */
  resolve?: Resolve;
  /** `host` or `host:port` that may be private: an intranet, a test. Link-local and metadata addresses stay closed. */
  allowPrivateHosts?: readonly string[];
}

/** Decides which machines may be reached. */
export interface NetworkGuard {
  /**
   * Resolves a host once and returns its addresses when every one of them may be reached. A connection must be made to these and
   * never by the name again, since a name can lead elsewhere the next time. Raises `FORBIDDEN`, `UNAVAILABLE` when there is no
   * such host, `CANCELLED`.
   */
  addressesOf(endpoint: Endpoint, signal?: AbortSignal): Promise<readonly string[]>;
}

const systemResolve: Resolve = async (host) => (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

export function createNetworkGuard({ resolve = systemResolve, allowPrivateHosts = [] }: NetworkGuardOptions = {}): NetworkGuard {
  const open = new Set(allowPrivateHosts.map(normalised));
  return {
    async addressesOf({ host, port }, signal) {
      let addresses: readonly string[] = [host];
      if (isIP(host) === 0) {
        // Such names never lead anywhere, so nobody has to be asked.
        if (host.endsWith(".invalid")) throw new TravelAgentError("UNAVAILABLE", `there is no machine named ${host}`);
        try {
          addresses = await untilAborted(resolve(host), signal);
        } catch (error) {
          if (TravelAgentError.is(error)) throw error;
          throw new TravelAgentError("UNAVAILABLE", `there is no machine named ${host}, or its name cannot be resolved now`, { cause: error });
        }
      }
      if (addresses.length === 0) throw new TravelAgentError("UNAVAILABLE", `there is no machine named ${host}`);
      const isOpen = open.has(host) || open.has(joined({ host, port }));
      for (const address of addresses) {
        const kind = addressKind(address);
        // The address itself stays unsaid: it would tell how the network inside is built.
        if (kind === "never" || (kind === "private" && !isOpen))
          throw new TravelAgentError("FORBIDDEN", `${host} does not lead to a public address, so it is not opened`, {
            details: { reason: "address-not-public" },
          });
      }
      return addresses;
    },
  };
}

const joined = ({ host, port }: Endpoint): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

function normalised(entry: string): string {
  const [, host, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(entry) ?? [];
  if (host === undefined) return endpointOf(entry, 0).host;
  const endpoint = endpointOf(host, Number(port));
  return port === undefined ? endpoint.host : joined(endpoint);
}
