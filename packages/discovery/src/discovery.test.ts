import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Advertisement, advertise } from "./advertise.ts";
import { type Beacon, decodeTxt, encodeTxt, serviceType, wsUrl } from "./beacon.ts";
import { browse } from "./browse.ts";
import { type MulticastOptions, openMulticast } from "./multicast.ts";

/** Loopback alone, on a port of its own: nothing of this reaches a network. */
let network: Required<Pick<MulticastOptions, "interface" | "port">>;
const open: Advertisement[] = [];
beforeEach(async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  network = { interface: "127.0.0.1", port: (socket.address() as AddressInfo).port };
  socket.close();
  await once(socket, "close");
});
afterEach(async () => {
  for (const advertisement of open.splice(0)) await advertisement.stop();
});

const desk: Beacon = {
  instance: "front-desk-18789",
  displayName: "Front desk",
  lanHost: "front-desk.local",
  addresses: ["192.0.2.10", "192.0.2.11"],
  port: 18_789,
  tls: true,
  tlsSha256: "AB:CD:".repeat(16).slice(0, -1),
};

const announce = (beacon: Beacon = desk) => {
  const advertisement = advertise({ beacon, ...network });
  open.push(advertisement);
  return advertisement;
};

describe("a gateway on the local network", () => {
  it("is found with all it tells", async () => {
    announce();
    announce({
      ...desk,
      instance: "back-office-19000",
      lanHost: "back-office.local",
      addresses: ["192.0.2.20"],
      port: 19_000,
      tls: false,
      sshPort: 22,
      cliPath: "/usr/bin/travelagent",
    });
    const found = await browse({ ...network, timeoutMs: 600 });
    expect(found.map(({ instance }) => instance)).toEqual(["back-office-19000", "front-desk-18789"]);
    expect(found[1]).toEqual(desk);
    expect(found[0]).toMatchObject({ sshPort: 22, cliPath: "/usr/bin/travelagent", displayName: "Front desk" });
    expect(found.map(wsUrl)).toEqual(["ws://192.0.2.20:19000", "wss://192.0.2.10:18789"]);
  });

  it("is gone when it has said goodbye, also for who has been listening", async () => {
    const advertisement = announce();
    const listening = browse({ ...network, timeoutMs: 900 });
    setTimeout(() => void advertisement.stop(), 500);
    expect(await listening).toEqual([]);
    expect(await browse({ ...network, timeoutMs: 300 })).toEqual([]);
  });

  it("answers a simple resolver at the port it asked from, and questions about other things not at all", async () => {
    announce();
    const asker = createSocket("udp4").bind(0, "127.0.0.1");
    await once(asker, "listening");
    const answers: Buffer[] = [];
    asker.on("message", (message) => answers.push(message));
    const question = (name: string) => {
      const labels = name.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]);
      return Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...labels, 0, 0, 12, 0, 1]);
    };
    await expect
      .poll(() => {
        asker.send(question("_printer._tcp.local"), network.port, "127.0.0.1");
        if (answers.length === 0) asker.send(question(serviceType), network.port, "127.0.0.1");
        return answers.length;
      })
      .toBeGreaterThan(0);
    expect(answers.every((answer) => answer.includes("front-desk-18789"))).toBe(true);
    asker.close();
  });

  it("that is no gateway, or says nonsense, is left out; what it says cannot reach into a terminal", async () => {
    const stranger = openMulticast(network);
    await once(stranger, "ready");
    const say = (instance: string, txt: string[]) =>
      stranger.respond([
        { type: "PTR", name: serviceType, ttl: 120, data: `${instance}.${serviceType}` },
        { type: "SRV", name: `${instance}.${serviceType}`, ttl: 120, data: { target: "stranger.local", port: 1 } },
        { type: "TXT", name: `${instance}.${serviceType}`, ttl: 120, data: txt },
      ]);
    const listening = browse({ ...network, timeoutMs: 500 });
    setTimeout(() => {
      say("no-gateway", ["role=printer"]);
      say("sly", ["role=gateway", "displayName=\u001b[2Jfree\u202e flights", "gatewayPort=99999999", "sshPort=-1"]);
      stranger.respond([{ type: "PTR", name: serviceType, ttl: 120, data: `only-a-name.${serviceType}` }]);
    }, 100);
    expect(await listening).toEqual([{ instance: "sly", displayName: "[2Jfree flights", lanHost: "stranger.local", addresses: [], port: 1, tls: false }]);
    await new Promise<void>((resolve) => stranger.destroy(() => resolve()));
  });

  it("on an interface that is not there costs a line in the log and nothing else", async () => {
    const log = recordingLogger();
    const advertisement = advertise({ beacon: desk, port: network.port, interface: "198.51.100.1", log });
    await expect.poll(() => log.lines).toMatchObject([{ level: "warn" }]);
    await advertisement.stop();
    await expect(browse({ port: network.port, interface: "198.51.100.1", timeoutMs: 300 })).rejects.toThrow("198.51.100.1");
  });
});

describe("TXT lines", () => {
  it("say back what was said, and leave out what does not fit", () => {
    expect(decodeTxt(encodeTxt(desk))).toEqual({
      role: "gateway",
      displayName: "Front desk",
      lanHost: desk.lanHost,
      port: 18_789,
      tls: true,
      tlsSha256: desk.tlsSha256,
    });
    expect(encodeTxt({ ...desk, cliPath: `/${"x".repeat(300)}` }).some((line) => line.startsWith("cliPath"))).toBe(false);
  });
});
