import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GraphServer, startGraph } from "@travelagent/channel-whatsapp/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

const state = temporaryState();
let graph: GraphServer;
let gateway: GatewayProcess;
beforeAll(async () => {
  graph = await startGraph();
  const { url: graphUrl, phoneNumberId, token: accessToken, appSecret, verifyToken } = graph;
  const cloud = { graphUrl, phoneNumberId, accessToken, appSecret, verifyToken };
  writeFileSync(
    join(state.path, "travelagent.json"),
    JSON.stringify({ channels: { whatsapp: { mode: "cloud", cloud, dmPolicy: "open", allowFrom: ["*"] } } }),
    {
      mode: 0o600,
    },
  );
  gateway = await startGateway({ stateDir: state.path });
}, 30_000);
afterAll(async () => {
  await gateway?.stop();
  await graph?.close();
  state.remove();
});

const to = (waId: string) => graph.shown.filter((one) => one.to === waId);
const webhook = (): string => `${gateway.url}/webhooks/whatsapp`;
const says = (body: string, waId: string, name: string): Promise<number> =>
  graph.post(webhook(), graph.posts.messages([{ type: "text", text: { body } }], { waId, name }));
const ana = "34600111222";
const bo = "34600111333";

describe("a customer on WhatsApp", { timeout: 40_000 }, () => {
  it("reaches the agency by signed posts alone, and is answered with choices to tap", async () => {
    const question = `hub.mode=subscribe&hub.verify_token=${graph.verifyToken}&hub.challenge=1158201444`;
    expect(await (await fetch(`${webhook()}?${question}`)).text()).toBe("1158201444");
    expect((await fetch(`${webhook()}?${question.replace("token=a", "token=b")}`)).status).toBe(401);
    expect(await graph.post(webhook(), graph.posts.messages([{ type: "text", text: { body: "hi" } }]), "another secret")).toBe(401);

    expect(await says(`Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`, ana, "Ana Silva")).toBe(200);
    await expect.poll(() => to(ana).length, { timeout: 15_000 }).toBeGreaterThan(0);
    const { buttons = [], text } = to(ana).at(-1)!;
    expect(
      to(ana)
        .map((one) => one.text)
        .join("\n"),
    ).toMatch(/EUR/);
    expect(text.length).toBeLessThanOrEqual(1024);
    const before = to(ana).length;
    const chosen = graph.posts.messages([{ type: "interactive", interactive: { type: "list_reply", list_reply: buttons[0] } }], { waId: ana });
    expect(await graph.post(webhook(), chosen)).toBe(200);
    await expect.poll(() => to(ana).length, { timeout: 15_000 }).toBeGreaterThan(before);
    expect(graph.typing.length).toBeGreaterThan(0);
    expect(graph.refused).toEqual([]);
  });

  it("gets an answer once when the process is killed between WhatsApp's taking it and our hearing of it", async () => {
    graph.failNext("messages", "hang");
    expect(await says("What is the status of my booking?", bo, "Bo Lind")).toBe(200);
    await expect.poll(() => to(bo).length, { timeout: 15_000 }).toBe(1);
    const { messageId: id, reference } = to(bo)[0]!;
    const { port } = gateway;
    await gateway.kill();

    // WhatsApp tells what it has until somebody listens.
    const status = graph.posts.statuses([{ id, status: "delivered", recipient_id: bo, biz_opaque_callback_data: reference }]);
    const tell = async (): Promise<void> => {
      for (let tries = 0; tries < 150; tries += 1) {
        if ((await graph.post(webhook(), status).catch(() => 0)) === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error("nobody took the status");
    };
    const told = tell();
    gateway = await startGateway({ stateDir: state.path, port });
    await told;
    const desk = await talk({ url: gateway.url, token: gateway.token });
    const deliveries = async (params: { status?: string }) =>
      (await desk.client.call("deliveries.list", params)).deliveries.filter(({ sessionKey }) => String(sessionKey).includes(bo));
    await expect.poll(() => deliveries({}), { timeout: 10_000 }).toEqual([]);
    expect((await deliveries({ status: "sent" })).map(({ externalId }) => externalId)).toEqual([id]);
    expect(to(bo)).toHaveLength(1);
    await desk.close();
  });
});
