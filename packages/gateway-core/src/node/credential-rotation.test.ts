import { openEngine } from "@travelagent/engine";
import { afterEach, expect, it } from "vitest";
import WebSocket from "ws";
import { createAuth } from "../auth/auth.ts";
import { createDevices } from "../auth/devices/devices.ts";
import { memorySessions, plainSessionKey, scriptedAgent, testDevice } from "../testing/index.ts";
import { type StartedGateway, startGateway } from "./start-gateway.ts";

const [oldToken, newToken] = ["the-first-token-0123456789abcdef", "the-second-token-0123456789abcdef"];
let started: StartedGateway | undefined;
afterEach(async () => {
  await started?.stop();
  started = undefined;
});

interface Client {
  answer: { ok: boolean; error?: { code: string }; payload?: { auth: { deviceToken?: string } } };
  closed: Promise<number>;
  isOpen(): boolean;
}

const params = {
  minProtocol: 3,
  maxProtocol: 3,
  client: { id: "test", version: "1", platform: "test", mode: "backend" },
  role: "operator",
  scopes: ["operator.read"],
};

/** Opens a socket and connects; `prove` adds what depends on the challenge. */
function connect(url: string, prove: (nonce: string) => object, headers: Record<string, string> = {}): Promise<Client> {
  const socket = new WebSocket(url.replace("http", "ws"), { headers });
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as { event?: string; id?: string; payload: { nonce: string } };
      if (frame.event === "connect.challenge")
        socket.send(JSON.stringify({ type: "req", id: "1", method: "connect", params: { ...params, ...prove(frame.payload.nonce) } }));
      if (frame.id === "1") resolve({ answer: frame as never, closed, isOpen: () => socket.readyState === WebSocket.OPEN });
    });
  });
}

it("a new gateway token ends at once what the old one opened, and nothing that has a token of its own", async () => {
  const engine = openEngine({ path: ":memory:" });
  const auth = createAuth({ mode: "token", token: oldToken });
  const devices = createDevices({ db: engine.db });
  await devices.start();
  started = await startGateway({
    gateway: { engine, sessions: memorySessions(), sessionKeyOf: plainSessionKey, agent: scriptedAgent(() => ""), channels: [], admission: {} },
    control: { auth, devices, version: "1" },
    server: { port: 0 },
  });
  const { url, control } = started;
  const device = testDevice();
  const withToken = (token: string) => connect(url, () => ({ auth: { token } }));
  const asDevice = (given: { token?: string; deviceToken?: string }) =>
    connect(url, (nonce) => ({ auth: given, device: device.prove({ ...params, auth: given }, { nonce, signedAt: Date.now() }) }));
  const status = async (headers: Record<string, string>) => (await fetch(`${url}/status`, { headers })).status;

  const login = await fetch(`${url}/login`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-travelagent-csrf": "1" },
    body: JSON.stringify({ token: oldToken }),
  });
  const cookie = (login.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  const shared = await withToken(oldToken);
  const page = await connect(url, () => ({}), { origin: url, cookie });
  const first = await asDevice({ token: oldToken });
  const own = await asDevice({ deviceToken: first.answer.payload?.auth.deviceToken ?? "" });
  for (const { answer } of [shared, page, first, own]) expect(answer.ok).toBe(true);
  expect([await status({ authorization: `Bearer ${oldToken}` }), await status({ cookie })]).toEqual([200, 200]);

  auth.rotate(newToken);
  expect([await status({ authorization: `Bearer ${oldToken}` }), await status({ cookie })]).toEqual([401, 401]);
  expect(await Promise.all([shared.closed, page.closed, first.closed])).toEqual([1008, 1008, 1008]);
  expect((await withToken(oldToken)).answer.error?.code).toBe("UNAUTHORIZED");
  expect((await withToken(newToken)).answer.ok).toBe(true);
  expect(own.isOpen()).toBe(true);
  expect(control.connections).toBe(2);
});
