import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { type Beacon, decodeTxt, printable, serviceType } from "./beacon.ts";
import { type DnsRecord, type MulticastOptions, openMulticast } from "./multicast.ts";

export interface BrowseOptions extends MulticastOptions {
  /** How long to listen. Default 2000. */
  timeoutMs?: number;
  clock?: Clock;
}

interface Heard {
  txt?: readonly string[];
  port?: number;
  target?: string;
}

/** Somebody on the network may make up as many as they like. */
const maxFound = 256;

/** A record that is taken back. */
const isOver = (record: DnsRecord): boolean => "ttl" in record && record.ttl === 0;

/** Asks who is there and listens for a while. In the order of their names. Rejects when the network cannot be listened to. */
export async function browse({ timeoutMs = 2000, clock = systemClock, ...network }: BrowseOptions = {}): Promise<Beacon[]> {
  const mdns = openMulticast(network);
  const services = new Map<string, Heard>();
  const addresses = new Map<string, Set<string>>();

  const of = (name: string): Heard | undefined => {
    const key = name.toLowerCase();
    if (!key.endsWith(`.${serviceType}`)) return undefined;
    const known = services.get(key);
    if (known || services.size >= maxFound) return known;
    const fresh: Heard = {};
    services.set(key, fresh);
    return fresh;
  };

  const hear = (record: DnsRecord): void => {
    if (record.type === "PTR" && record.name.toLowerCase() === serviceType) {
      if (isOver(record)) services.delete(record.data.toLowerCase());
      else of(record.data);
    } else if (isOver(record)) {
      return;
    } else if (record.type === "SRV") {
      const service = of(record.name);
      if (service) Object.assign(service, { port: record.data.port, target: record.data.target });
    } else if (record.type === "TXT") {
      const service = of(record.name);
      if (service) service.txt = [record.data].flat().map((line) => line.toString());
    } else if (record.type === "A" && addresses.size < maxFound) {
      const host = record.name.toLowerCase();
      addresses.set(host, (addresses.get(host) ?? new Set()).add(record.data));
    }
  };

  const found = (): Beacon[] =>
    [...services]
      .flatMap(([name, { txt = [], port, target }]): Beacon[] => {
        const { role, ...said } = decodeTxt(txt);
        const lanHost = printable(target ?? said.lanHost ?? "");
        if (role !== "gateway" || port === undefined || lanHost === "") return [];
        const instance = printable(name.slice(0, -serviceType.length - 1));
        return [{ displayName: instance, tls: false, ...said, instance, lanHost, port, addresses: [...(addresses.get(lanHost.toLowerCase()) ?? [])] }];
      })
      .sort((a, b) => a.instance.localeCompare(b.instance));

  return await new Promise<Beacon[]>((resolve, reject) => {
    const ask = () => mdns.query(serviceType, "PTR");
    const timers = [
      clock.after(timeoutMs / 3, ask),
      clock.after(timeoutMs, () => {
        const result = found();
        mdns.destroy(() => resolve(result));
      }),
    ];
    mdns.on("error", (error: Error) => {
      for (const cancel of timers) cancel();
      mdns.destroy(() => reject(error));
    });
    mdns.on("warning", () => {});
    mdns.on("response", ({ answers = [], additionals = [] }) => {
      for (const record of [...answers, ...additionals]) hear(record);
    });
    mdns.on("ready", ask);
  });
}
