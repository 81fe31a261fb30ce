import { GatewayConfig } from "@travelagent/config";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock } from "@travelagent/protocol/testing";
import { createProposals } from "@travelagent/tools-booking/papers";
import { sampleFlight, sampleHotel } from "@travelagent/tools-booking/testing";
import { describe, expect, it } from "vitest";
import { paperRoutes } from "./paper-routes.ts";
import { quotePage } from "./quote-page.ts";

const config = GatewayConfig.parse({ agency: { name: "Blue <Sky> Travel", email: "hello@example.com" } });

async function bench() {
  const db = await testDatabase();
  const clock = fakeClock();
  const proposals = createProposals({ db, clock });
  await proposals.migrate();
  const offers = [sampleFlight(), { ...sampleHotel(), sandbox: true }];
  const { token } = await proposals.create({
    sessionKey: "s1",
    title: "Frankfurt & back",
    message: "<b>Hello</b>",
    offers,
    expiresAt: "2027-01-20T09:00:00.000Z",
  });
  const chosen: string[] = [];
  const routes = paperRoutes({
    config: () => config,
    open: proposals.open,
    async accept(given, offerId) {
      const { proposal, first } = await proposals.accept(given, offerId);
      if (first) chosen.push(offerId);
      return proposal;
    },
    paper: async (given) => (given === token ? { name: "itinerary-K7QPLM.pdf", mimeType: "application/pdf", bytes: Buffer.from("%PDF") } : null),
  });
  const call = async (method: string, path: string, body = "") => {
    const route = routes.find((one) => one.method === method && path.startsWith(one.path.slice(0, -1)))!;
    const reply = await route.handle({ url: new URL(path, "http://gateway"), body: async () => Buffer.from(body) } as never);
    return { status: reply.status ?? 200, headers: reply.headers ?? {}, text: Buffer.from((reply.body as Uint8Array | string | undefined) ?? "").toString() };
  };
  return { token, call, chosen, offers, proposals, close: () => db.close() };
}

describe("the page of a quote", () => {
  it("shows offers side by side, escaped, and can be accepted once", async () => {
    const { token, call, chosen, offers, close } = await bench();
    const shown = await call("GET", `/quotes/${token}`);
    expect(shown.status).toBe(200);
    for (const part of [
      "Price for everybody",
      "Of it taxes and fees",
      "Baggage",
      "Cancelling",
      "Accept this offer",
      "Frankfurt &amp; back",
      "Blue &lt;Sky&gt; Travel",
      "Sandbox",
    ])
      expect(shown.text).toContain(part);
    expect(shown.text).not.toContain("<b>Hello");
    expect(shown.headers).toMatchObject({ "referrer-policy": "same-origin", "cache-control": "no-store" });

    const form = `offer=${encodeURIComponent(offers[0]!.id)}`;
    expect(await call("POST", `/quotes/${token}/accept`, form)).toMatchObject({ status: 303, headers: { location: `/quotes/${token}` } });
    expect((await call("POST", `/quotes/${token}/accept`, form)).status).toBe(303);
    expect((await call("POST", `/quotes/${token}/accept`, `offer=${offers[1]!.id}`)).status).toBe(409);
    expect(chosen).toEqual([offers[0]!.id]);
    const after = await call("GET", `/quotes/${token}`);
    expect(after.text).toContain("Your choice");
    expect(after.text).not.toContain("Accept this offer");
    await close();
  });

  it("tells nothing to somebody with another link", async () => {
    const { call, close } = await bench();
    for (const path of [
      "/quotes/short",
      "/quotes/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "/quotes/",
      "/documents/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "/documents/../../etc/passwd",
    ]) {
      const { status, text } = await call("GET", path.startsWith("/documents/..") ? "/documents/..%2f..%2fetc" : path);
      expect(status).toBe(404);
      expect(text).not.toContain("Frankfurt");
    }
    expect((await call("POST", "/quotes/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/accept", "offer=x")).status).toBe(404);
    await close();
  });

  it("says when it has expired or was taken back", () => {
    const options = { agency: { name: "Agency" }, locale: "en-GB", action: "/x" };
    const proposal = {
      id: "q",
      sessionKey: "s",
      title: "T",
      version: 2,
      offers: [sampleFlight()],
      expiresAt: "2027-01-20T09:00:00.000Z",
      createdAt: "2027-01-15T09:00:00.000Z",
    };
    expect(quotePage({ ...proposal, status: "expired" }, options)).toContain("has expired");
    expect(quotePage({ ...proposal, status: "withdrawn" }, options)).toContain("taken back");
    expect(quotePage({ ...proposal, status: "withdrawn" }, options)).not.toContain("<form");
    expect(quotePage({ ...proposal, status: "open" }, options)).toContain("Version 2");
    const old = quotePage({ ...proposal, status: "superseded", supersededBy: "qSECRETNEW" }, options);
    expect(old).toContain("newer version of this quote was sent");
    expect(old).not.toContain("<form");
    // A link opens its own quote and says nothing about the way to another.
    expect(old).not.toContain("qSECRETNEW");
  });

  it("refuses an old version in its own words", async () => {
    const { token, call, offers, proposals, close } = await bench();
    const { id } = (await proposals.list({ limit: 1 }))[0]!;
    await proposals.create({ sessionKey: "s1", title: "Frankfurt again", offers, expiresAt: "2027-01-20T09:00:00.000Z", supersedes: id });
    const refused = await call("POST", `/quotes/${token}/accept`, `offer=${encodeURIComponent(offers[0]!.id)}`);
    expect(refused.status).toBe(409);
    expect(refused.text).toContain("newer version");
    expect((await call("GET", `/quotes/${token}`)).text).not.toContain("<form");
    await close();
  });

  it("serves a paper inline, under its name", async () => {
    const { token, call, close } = await bench();
    const { headers, text } = await call("GET", `/documents/${token}`);
    expect(headers).toMatchObject({ "content-type": "application/pdf", "content-disposition": 'inline; filename="itinerary-K7QPLM.pdf"' });
    expect(text).toBe("%PDF");
    await close();
  });
});
