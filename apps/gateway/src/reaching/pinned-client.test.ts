import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type TLSSocket, connect as tlsConnect } from "node:tls";
import { type Client, createClient } from "@travelagent/client";
import { pinnedWebSocket } from "@travelagent/client/node";
import { createAuth, createControlPlane } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import type { TravelAgentError } from "@travelagent/protocol";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ownTls, type TlsIdentity } from "./tls.ts";

const token = "a-token-for-tests-0123456789abcdef";
let ours: TlsIdentity;
let other: TlsIdentity;
const open: (() => unknown)[] = [];
beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), "pin-"));
  const filesIn = (name: string) => ({ certPath: join(directory, name, "cert.pem"), keyPath: join(directory, name, "key.pem") });
  ours = await ownTls(filesIn("ours"), Date.now());
  other = await ownTls(filesIn("other"), Date.now());
  return () => rmSync(directory, { recursive: true, force: true });
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function gateway() {
  const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token }), version: "1" });
  control.setReady();
  const server = await serve({ control, port: 0, tls: ours });
  open.push(async () => {
    control.shutdown("the test is over");
    await server.close();
  });
  return { ...server, control, ws: server.url.replace("https", "wss") };
}

const clientOf = (url: string, tlsFingerprint: string, onRefused?: (error: TravelAgentError) => void): Client => {
  const client = createClient({
    url,
    auth: { token },
    reconnect: false,
    webSocket: pinnedWebSocket({ tlsFingerprint, ...(onRefused ? { onRefused } : {}) }),
  });
  open.push(() => client.stop());
  return client;
};

/** A TLS server that writes down every byte a client sends inside TLS. */
async function listener(identity: TlsIdentity) {
  const heard: Buffer[] = [];
  const ended: Promise<unknown>[] = [];
  const server = createServer({ cert: identity.cert, key: identity.key }, (socket: TLSSocket) => {
    socket.on("data", (bytes) => heard.push(bytes));
    socket.on("error", () => {});
  });
  server.on("connection", (socket) => ended.push(once(socket, "close")));
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  open.push(() => server.close());
  return { url: `wss://127.0.0.1:${(server.address() as AddressInfo).port}`, heard, ended };
}

describe("a pinned certificate", () => {
  it("opens the gateway's own certificate, with and without colons", async () => {
    const { ws } = await gateway();
    for (const pin of [ours.fingerprint, ours.fingerprint.replaceAll(":", "").toLowerCase()]) {
      const hello = await clientOf(ws, pin).start();
      expect(hello.server.version).toBe("1");
    }
  });

  it("another certificate is refused before anything is sent to it", async () => {
    const stranger = await listener(other);
    const refused: TravelAgentError[] = [];
    await expect(clientOf(stranger.url, ours.fingerprint, (error) => refused.push(error)).start()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(refused).toMatchObject([{ code: "UNAUTHORIZED", details: { code: "TLS_FINGERPRINT_MISMATCH", shown: other.fingerprint } }]);
    expect(stranger.ended).toHaveLength(1);
    await stranger.ended[0];
    expect(Buffer.concat(stranger.heard).toString()).toBe("");
  });

  it("the same stranger would hear the secret's way in from whoever pins it", async () => {
    const stranger = await listener(other);
    clientOf(stranger.url, other.fingerprint)
      .start()
      .catch(() => {});
    await expect.poll(() => Buffer.concat(stranger.heard).toString()).toContain("Upgrade: websocket");
  });

  it("is never checked over an address without TLS", async () => {
    await expect(clientOf("ws://127.0.0.1:1", ours.fingerprint).start()).rejects.toMatchObject({ message: expect.stringContaining("wss://") });
  });
});

describe("TLS of the gateway", () => {
  it("is not trusted without a pin, since nobody signed it", async () => {
    const { ws, control } = await gateway();
    await expect(createClient({ url: ws, auth: { token }, reconnect: false }).start()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(control.connections).toBe(0);
  });

  it("ends with who does not speak TLS, or does not go on with it", async () => {
    const control = createControlPlane({ handlers: {}, auth: createAuth({ mode: "token", token }), version: "1" });
    const server = await serve({ control, port: 0, tls: ours, headersTimeoutMs: 300 });
    open.push(() => server.close());
    for (const bytes of ["GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n", ""]) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => {}).write(bytes);
      socket.resume();
      await once(socket, "close");
    }
    // Nor does it hold up the end.
    const patient = await serve({ control, port: 0, tls: ours, drainMs: 200 });
    const silent = connect(patient.port, "127.0.0.1").on("error", () => {});
    await once(silent, "connect");
    await patient.close();
  });

  it.each([
    ["TLSv1.1", false],
    ["TLSv1.2", true],
    ["TLSv1.3", true],
  ] as const)("%s: spoken is %s", async (version, spoken) => {
    const { port } = await gateway();
    const socket = tlsConnect({ host: "127.0.0.1", port, rejectUnauthorized: false, minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" });
    const outcome = await Promise.race([once(socket, "secureConnect").then(() => true), once(socket, "error").then(() => false)]).catch(() => false);
    socket.destroy();
    expect(outcome).toBe(spoken);
  });
});
