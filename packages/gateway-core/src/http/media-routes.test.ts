import { memoryMedia, samples } from "@travelagent/media/testing";
import { systemClock } from "@travelagent/protocol/ports";
import { recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import { createAuth } from "../auth/auth.ts";
import type { Guest, Guests } from "../auth/guests.ts";
import { createVisitors } from "../auth/visitors.ts";
import { createControlPlane } from "../control-plane.ts";
import { createFiles } from "../media/files.ts";
import { type RunningServer, serve } from "../node/serve.ts";
import { mediaRoutes } from "./media-routes.ts";

const token = "a-token-for-tests-0123456789abcdef";
const operator = { authorization: `Bearer ${token}` };
const csrf = { "x-travelagent-csrf": "1" };
const visitors = createVisitors({ secret: "s".repeat(32), sessionKeyOf: (id) => `agent:main:webchat:dm:${id.toLowerCase()}` });
const guests: Guests = {
  cookie: "ta_portal",
  verify: async (value) => (value === "ana" ? ({ id: "ana", sessionKey: "agent:main:portal:dm:ana" } as Guest) : undefined),
  onEnded: () => () => undefined,
};
let server: RunningServer | undefined;

async function open(): Promise<string> {
  const media = memoryMedia();
  const files = createFiles({ media, sessionKeyOf: async () => "unused", log: recordingLogger() });
  const control = createControlPlane({
    handlers: {},
    auth: createAuth({ mode: "token", token }),
    version: "1.0.0",
    routes: mediaRoutes({ media, files, visitors, guests, clock: systemClock }),
  });
  control.setReady();
  server = await serve({ control, port: 0 });
  return server.url;
}
afterEach(() => server?.close());

const upload = async (url: string, headers: Record<string, string>, body: Buffer) => {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "image/png", ...headers }, body: new Uint8Array(body) });
  return { status: answer.status, ...((await answer.json()) as { attachment: { id: string }; error: { code: string; message: string } }) };
};

describe("files over HTTP", () => {
  it("a visitor sends one and sees it again; another visitor, a guest and strangers do not", async () => {
    const url = await open();
    const [ana, ben] = [visitors.issue(), visitors.issue()];
    const { status, attachment } = await upload(`${url}/chat/media?name=beach.png`, { ...csrf, cookie: `ta_visitor=${ana}` }, samples.png);
    expect(status).toBe(201);
    const get = (path: string, headers: Record<string, string>) => fetch(`${url}${path}/${attachment.id}`, { headers });
    const own = await get("/chat/media", { cookie: `ta_visitor=${ana}` });
    expect([own.status, own.headers.get("content-type"), own.headers.get("x-content-type-options")]).toEqual([200, "image/png", "nosniff"]);
    expect(own.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
    expect(Buffer.from(await own.arrayBuffer()).equals(samples.png)).toBe(true);
    expect((await get("/chat/media", { cookie: `ta_visitor=${ben}` })).status).toBe(404);
    expect((await get("/portal/media", { cookie: "ta_portal=ana" })).status).toBe(404);
    expect((await get("/chat/media", {})).status).toBe(401);
    expect((await get("/chat/media", { cookie: `ta_visitor=${ana}x` })).status).toBe(401);
  });

  it("what runs in a browser is only ever saved, never shown", async () => {
    const url = await open();
    const cookie = { cookie: "ta_portal=ana" };
    const { attachment } = await upload(`${url}/portal/media?name=visa%22%0d%0a.pdf`, { ...csrf, ...cookie }, samples.pdf);
    const answer = await fetch(`${url}/portal/media/${attachment.id}`, { headers: cookie });
    expect(answer.headers.get("content-type")).toBe("application/octet-stream");
    expect(answer.headers.get("content-disposition")).toBe(`attachment; filename="file"; filename*=UTF-8''visa.pdf`);
    expect((await upload(`${url}/portal/media`, { ...csrf, ...cookie }, samples.page)).error).toMatchObject({ code: "INVALID_REQUEST" });
  });

  it("another site cannot send one in a visitor's name, and nobody sends many at once", async () => {
    const url = await open();
    const cookie = { cookie: `ta_visitor=${visitors.issue()}` };
    expect((await upload(`${url}/chat/media`, cookie, samples.png)).status).toBe(403);
    const sent = await Promise.all(Array.from({ length: 12 }, (_, at) => upload(`${url}/chat/media`, { ...csrf, ...cookie }, Buffer.from(`note ${at}`))));
    expect(sent.filter(({ status }) => status === 201).length).toBe(10);
    expect(sent.find(({ status }) => status === 429)?.error.code).toBe("RATE_LIMITED");
  });

  it("people of the agency name the conversation", async () => {
    const url = await open();
    const { attachment } = await upload(`${url}/api/media/upload?session=agent:main:telegram:dm:7`, operator, samples.pdf);
    const at = (session: string, headers = operator) => fetch(`${url}/api/media/${attachment.id}?session=${session}`, { headers }).then(({ status }) => status);
    expect(await at("agent:main:telegram:dm:7")).toBe(200);
    expect(await at("agent:main:telegram:dm:8")).toBe(404);
    expect(await at("agent:main:telegram:dm:7", {} as typeof operator)).toBe(401);
    expect((await upload(`${url}/api/media/upload`, operator, samples.pdf)).status).toBe(400);
  });
});
