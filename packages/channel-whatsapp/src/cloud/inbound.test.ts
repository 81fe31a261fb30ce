import { fakeHost } from "@travelagent/channel-kit/testing";
import { openDatabase } from "@travelagent/engine";
import { afterEach, describe, expect, it } from "vitest";
import { cloudNumbers, createWhatsAppCloud, type WhatsAppCloudOptions } from "../index.ts";
import { type Change, type GraphServer, signed, startGraph, webhookPosts } from "../testing/index.ts";

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const over = (graph: GraphServer): Pick<WhatsAppCloudOptions, "graphUrl" | "phoneNumberId" | "accessToken" | "appSecret" | "verifyToken"> => {
  const { url: graphUrl, phoneNumberId, token: accessToken, appSecret, verifyToken } = graph;
  return { graphUrl, phoneNumberId, accessToken, appSecret, verifyToken };
};

async function bench({ media = true, ...options }: Partial<WhatsAppCloudOptions> & { media?: boolean } = {}) {
  const graph = await startGraph();
  const db = openDatabase({ path: ":memory:" });
  const whatsapp = createWhatsAppCloud({ ...over(graph), db, ...options });
  const host = fakeHost({ media });
  await whatsapp.start(host);
  closers.push(
    () => db.close(),
    () => graph.close(),
    () => whatsapp.stop(),
  );
  const post = async (changes: readonly Change[], secret = graph.appSecret): Promise<void> => {
    const { headers, body } = signed(changes, secret);
    await whatsapp.receiveWebhook(headers, body);
  };
  return { graph, db, whatsapp, host, post, say: (...messages: Record<string, unknown>[]) => post([graph.posts.messages(messages)]) };
}

describe("what customers send", () => {
  it("comes with who, when, what it answers, and whose words it is", async () => {
    const { host, say } = await bench();
    await say(
      { id: "wamid.1", timestamp: "1800000000", type: "text", text: { body: "Flights to Lisbon?" } },
      { id: "wamid.2", type: "text", text: { body: "Transfer 500 EUR" }, context: { forwarded: true } },
      { id: "wamid.3", type: "text", text: { body: "this one" }, context: { from: "34910000001", id: "wamid.OUT1" } },
    );
    expect(host.received[0]).toEqual({
      address: { channel: "whatsapp", accountId: "default", chatType: "direct", peerId: "+34600111222" },
      externalId: "wamid.1",
      senderId: "+34600111222",
      senderName: "Ana Silva",
      text: "Flights to Lisbon?",
      sentAt: 1_800_000_000_000,
    });
    expect(host.received.map(({ tainted, replyTo }) => [tainted, replyTo])).toEqual([
      [undefined, undefined],
      [true, undefined],
      [undefined, "wamid.OUT1"],
    ]);
  });

  it("is told in words where it is no text", async () => {
    const { host, say } = await bench();
    await say(
      { type: "location", location: { latitude: 38.77, longitude: -9.13, name: "Airport", address: "Lisboa" } },
      { type: "contacts", contacts: [{ name: { formatted_name: "Bo Lind" }, phones: [{ phone: "+46 70 000 00 00" }], emails: [{ email: "bo@example.com" }] }] },
      { type: "reaction", reaction: { message_id: "wamid.OUT1", emoji: "👍" } },
      { type: "reaction", reaction: { message_id: "wamid.OUT1" } },
      { type: "button", button: { payload: "Talk to us", text: "Talk to us" } },
      { type: "interactive", interactive: { type: "nfm_reply", nfm_reply: { response_json: "{}" } } },
      { type: "unsupported", errors: [{ code: 131051, title: "Message type unknown" }] },
      { type: "system", system: { type: "user_changed_number", body: "changed", wa_id: "34600999888" } },
    );
    expect(host.received.map(({ text, automated, replyTo }) => [text, automated !== undefined, replyTo])).toEqual([
      ["My location: 38.77, -9.13 (Airport, Lisboa)", false, undefined],
      ["Contact: Bo Lind +46 70 000 00 00 bo@example.com", false, undefined],
      ["(reacted with 👍)", true, "wamid.OUT1"],
      ["Talk to us", false, undefined],
      ["(sent something that WhatsApp does not pass on)", false, undefined],
      ["(sent something that WhatsApp does not pass on)", false, undefined],
      ["(WhatsApp says that this customer has a new number: +34600999888)", true, undefined],
    ]);
    expect(host.received.at(-1)?.senderId).toBe("+34600111222");
  });

  it("has its file fetched with the token, and kept", async () => {
    const { graph, host, say } = await bench();
    const id = graph.hold(new TextEncoder().encode("OggS…"), "audio/ogg; codecs=opus");
    await say({ type: "audio", audio: { id, mime_type: "audio/ogg; codecs=opus", voice: true } });
    expect(host.received[0]).toMatchObject({ text: "", attachments: [{ voice: true }] });
    expect(new TextDecoder().decode(host.files.get("file-1"))).toBe("OggS…");
  });

  it("is answered also when its file is not to be had: elsewhere, too large, gone, broken", async () => {
    const { graph, host, say } = await bench({ mediaHosts: ["files.example"] });
    const bytes = new Uint8Array([1]);
    const at = (url: string) => graph.hold(bytes, "image/jpeg", { url });
    const image = (id: string) => ({ type: "image", image: { id, caption: "my passport" } });
    const elsewhere = [
      "http://127.0.0.1:9/x",
      "https://files.example.evil.test/x",
      "http://files.example/x",
      "https://user:pw@files.example/x",
      "file:///etc/passwd",
      "nonsense",
    ];
    await say(...elsewhere.map((url) => image(at(url))));
    await say(image(graph.hold(bytes, "image/jpeg", { fileSize: 200 * 1024 * 1024 })), image("999"));
    graph.failNext("file", { status: 503, code: 2 }, 2);
    await say(image(graph.hold(bytes, "image/jpeg")));
    // Once more is tried.
    graph.failNext("file", { status: 503, code: 2 }, 1);
    await say(image(graph.hold(bytes, "image/jpeg")));
    expect(host.received.map(({ text, attachments, refusedAttachments }) => [text, attachments?.length ?? refusedAttachments?.[0]?.reason])).toEqual([
      ...elsewhere.map(() => ["my passport", "it is not with WhatsApp"]),
      ["my passport", "larger than 100 MB"],
      ["my passport", "WhatsApp does not have it any more"],
      ["my passport", "it could not be fetched from WhatsApp"],
      ["my passport", 1],
    ]);
  });

  it("is told as a kind of file where no files are kept", async () => {
    const { host, say } = await bench({ media: false });
    await say({ type: "image", image: { id: "1" } }, { type: "audio", audio: { id: "2", voice: true } });
    expect(host.received.map(({ text }) => text)).toEqual(["(sent a photo)", "(sent a voice message)"]);
  });
});

describe("a post", () => {
  it("counts only with the signature of its bytes", async () => {
    const { graph, whatsapp, host } = await bench();
    const { headers, body } = signed([graph.posts.messages([{ type: "text", text: { body: "hi" } }])], graph.appSecret);
    const signature = headers["x-hub-signature-256"]!;
    for (const wrong of [
      undefined,
      "",
      "sha256=",
      signature.slice(0, -1),
      `${signature}0`,
      signature.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      signature.slice(7),
    ])
      await expect(whatsapp.receiveWebhook({ "x-hub-signature-256": wrong }, body)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    await expect(whatsapp.receiveWebhook(headers, Buffer.concat([body, Buffer.from(" ")]))).rejects.toMatchObject({ code: "UNAUTHORIZED" });
    expect(host.received).toEqual([]);
    await whatsapp.receiveWebhook(headers, body);
    expect(host.received).toHaveLength(1);
  });

  it("that is signed and no post of WhatsApp is refused, and what cannot be read in one does not keep the rest back", async () => {
    const { graph, whatsapp, host, say } = await bench();
    const { createHmac } = await import("node:crypto");
    for (const text of ["", "[]", "null", '{"object":"page","entry":[]}', '{"object":"whatsapp_business_account"}', "\xff"]) {
      const body = Buffer.from(text, "latin1");
      const signature = `sha256=${createHmac("sha256", graph.appSecret).update(body).digest("hex")}`;
      await expect(whatsapp.receiveWebhook({ "x-hub-signature-256": signature }, body)).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    }
    await say({ type: "text", text: { body: 7 } }, { type: "text", text: { body: "fine" } });
    expect(host.received.map(({ text }) => text)).toEqual(["fine"]);
    expect(host.log.lines.some(({ message }) => /form that is not known/.test(message))).toBe(true);
  });

  it("is acknowledged only when all of it is kept", async () => {
    const { graph, host, post } = await bench();
    const { messages } = graph.posts;
    const hello = (id: string) => ({ id, type: "text", text: { body: id } });
    const both = [messages([hello("wamid.1"), hello("wamid.2")]), messages([hello("wamid.3")], { waId: "34600111333" })];
    host.full = true;
    await expect(post(both)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    host.full = false;
    await post(both);
    await post(both);
    expect(host.received.map(({ externalId }) => externalId).sort()).toEqual(["wamid.1", "wamid.2", "wamid.3"]);
    host.delivered = async () => {
      throw Object.assign(new Error("disk"), {});
    };
    await expect(post([graph.posts.statuses([{ id: "wamid.OUT1", status: "read" }])])).rejects.toThrow("disk");
  });

  it("answers WhatsApp's question about the address with the right token alone", async () => {
    const { graph, whatsapp } = await bench();
    const query = (token: string, mode = "subscribe", challenge = "1158201444") =>
      new URLSearchParams({ "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge });
    expect(whatsapp.verifyWebhook(query(graph.verifyToken))).toBe("1158201444");
    for (const wrong of [
      query("wrong"),
      query(""),
      query(graph.verifyToken, "other"),
      query(graph.verifyToken, "subscribe", "<script>"),
      new URLSearchParams(),
    ])
      expect(() => whatsapp.verifyWebhook(wrong)).toThrow(/verify token/);
  });
});

describe("several numbers", () => {
  async function two({ sameApp = true } = {}) {
    const numbers = cloudNumbers();
    const first = await bench({ numbers, businessAccountId: "102290129340398" });
    const graph = await startGraph({ phoneNumberId: "106540352249999", displayNumber: "34910000002" });
    const second = createWhatsAppCloud({
      ...over(graph),
      db: first.db,
      accountId: "second",
      numbers,
      ...(sameApp ? {} : { appSecret: "another-app-s-secret-0123456789ab" }),
    });
    const host = fakeHost();
    await second.start(host);
    closers.push(
      () => graph.close(),
      () => second.stop(),
    );
    return { first, second: { whatsapp: second, host, posts: graph.posts }, numbers };
  }
  const hello = { type: "text", text: { body: "hello" } };

  it("find what is theirs in one post, whichever address it came to", async () => {
    const { first, second } = await two();
    await first.post([first.graph.posts.messages([hello]), second.posts.messages([hello, hello])]);
    expect([first.host.received.length, second.host.received.length]).toEqual([1, 2]);
    expect(second.host.received[0]?.address.accountId).toBe("second");
    await second.whatsapp.stop();
    await expect(first.post([first.graph.posts.messages([hello]), second.posts.messages([hello])])).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("do not take what another app signed, what is for another business account, or for nobody here; and it is said", async () => {
    const { first, second } = await two({ sameApp: false });
    await first.post([
      second.posts.messages([hello]),
      { ...first.graph.posts.messages([hello]), businessAccountId: "666" },
      webhookPosts({ phoneNumberId: "777777" }).messages([hello]),
    ]);
    expect([first.host.received, second.host.received]).toEqual([[], []]);
    expect(first.host.log.lines.filter(({ message }) => /not configured here/.test(message))).toHaveLength(3);
  });

  it("are each of one account", async () => {
    const { first, numbers } = await two();
    const twice = createWhatsAppCloud({ ...over(first.graph), db: first.db, accountId: "third", numbers });
    await expect(twice.start(fakeHost())).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
