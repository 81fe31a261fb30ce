import { type Clock, type Logger, silentLogger, systemClock } from "@travelagent/protocol/ports";
import { type Beacon, encodeTxt, serviceType } from "./beacon.ts";
import { type DnsRecord, type MulticastOptions, mdnsPort, openMulticast } from "./multicast.ts";

export interface AdvertiseOptions extends MulticastOptions {
  beacon: Beacon;
  clock?: Clock;
  log?: Logger;
}

export interface Advertisement {
  /** Takes the word back and closes the socket. Safe to call twice. */
  stop(): Promise<void>;
}

const ttl = 120;
const allServices = "_services._dns-sd._udp.local";

/**
 * Tells the local network that a gateway is here, when somebody asks and once at the start. A network that does not let it
 * is logged and costs nothing else.
 */
export function advertise({ beacon, clock = systemClock, log = silentLogger, ...network }: AdvertiseOptions): Advertisement {
  const complain = (error: unknown) =>
    log.warn("the gateway cannot be announced on the local network", { error: error instanceof Error ? error.message : String(error) });
  let mdns: ReturnType<typeof openMulticast>;
  try {
    mdns = openMulticast(network);
  } catch (error) {
    complain(error);
    return { stop: async () => {} };
  }
  const instance = `${beacon.instance}.${serviceType}`;
  const ours = new Set([serviceType, allServices, instance, beacon.lanHost].map((name) => name.toLowerCase()));
  let stopped: Promise<void> | undefined;

  const records = (seconds: number): DnsRecord[] => [
    { type: "PTR", name: serviceType, ttl: seconds, data: instance },
    { type: "SRV", name: instance, ttl: seconds, data: { target: beacon.lanHost, port: beacon.port } },
    { type: "TXT", name: instance, ttl: seconds, data: encodeTxt(beacon) },
    ...beacon.addresses.map((address): DnsRecord => ({ type: "A", name: beacon.lanHost, ttl: seconds, data: address })),
  ];
  const announce = () => mdns.respond({ answers: records(ttl) });

  mdns.on("error", (error: Error) => {
    complain(error);
    stopped ??= new Promise((resolve) => mdns.destroy(() => resolve()));
  });
  mdns.on("warning", (error: Error) => log.debug("trouble on the local network", { error: error.message }));
  mdns.on("query", ({ questions = [], answers = [] }, { port, address }) => {
    if (stopped || !questions.some(({ name }) => ours.has(name.toLowerCase()))) return;
    // Whoever asks says what they know already.
    if (answers.some((known) => known.type === "PTR" && known.data === instance && (known.ttl ?? 0) > ttl / 2)) return;
    const types: DnsRecord[] = questions.some(({ name }) => name.toLowerCase() === allServices)
      ? [{ type: "PTR", name: allServices, ttl, data: serviceType }]
      : [];
    const answer = { answers: [...types, ...records(ttl)] };
    // A simple resolver asks from a port of its own and is answered there.
    if (port === (network.port ?? mdnsPort)) mdns.respond(answer);
    else mdns.respond(answer, { port, address });
  });
  mdns.on("ready", () => {
    if (!stopped) announce();
  });
  const disarm = clock.after(1000, () => {
    if (!stopped) announce();
  });

  return {
    stop() {
      disarm();
      stopped ??= new Promise((resolve) => mdns.respond({ answers: records(0) }, () => mdns.destroy(() => resolve())));
      return stopped;
    },
  };
}
