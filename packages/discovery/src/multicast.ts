import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { TravelAgentError } from "@travelagent/protocol";
import multicastDns, { type MulticastDNS, type ResponseOutgoingPacket } from "multicast-dns";

/** Which part of which network. The defaults are those of mDNS: every interface, 224.0.0.251, port 5353. */
export interface MulticastOptions {
  /** IPv4 address of the one interface to use. */
  interface?: string;
  address?: string;
  port?: number;
}

export type DnsRecord = ResponseOutgoingPacket["answers"][number];

export const mdnsPort = 5353;

/**
 * Listens on every address of the machine, since a socket that is bound to an interface hears no multicast; with an interface
 * it sends on that one alone. Raises `CONFIG_INVALID` for an interface that is not there.
 */
export function openMulticast({ interface: only, address, port = mdnsPort }: MulticastOptions): MulticastDNS {
  const here = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (only !== undefined && !here.some((known) => known.family === "IPv4" && known.address === only))
    throw new TravelAgentError("CONFIG_INVALID", `${only} is no IPv4 address of an interface of this machine`);
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  // Before anything is sent: the library sets it too, and only once it has joined the group.
  if (only !== undefined) socket.once("listening", () => socket.setMulticastInterface(only));
  return multicastDns({
    socket,
    port,
    bind: "0.0.0.0",
    ...(only === undefined ? {} : { interface: only }),
    ...(address === undefined ? {} : { ip: address }),
  });
}
