import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type DiscordPlatform, startDiscord } from "@travelagent/channel-discord/testing";
import { type SlackPlatform, type SlackPost, startSlack } from "@travelagent/channel-slack/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { written } from "../testing/hostile/obeying-model.ts";
import { obey } from "../testing/hostile/obeying-server.ts";
import { type ModelGateway, modelGateway } from "../testing/model-gateway.ts";

const room = "CDESK0001";
const [ana, stranger, clerk, boss] = ["UANA00001", "USTRANGE1", "UCLERK001", "UBOSS0001"];
const server = { guild: "600000000000000001", room: "550000000000000001", clerk: "4500000001", customer: "4002000000" };
const rules = `{ version: 1, rules: [{ id: "agency.bookings", tools: ["create_booking"], then: { decision: "needs-approval", role: "manager", reason: "a person looks at it" } }] }`;
const order = (name: string, args: Record<string, unknown>) => `Please ${written({ name, arguments: args })}`;

describe("the agency's people in a room of Slack", { timeout: 60_000 }, () => {
  let slack: SlackPlatform;
  let discord: DiscordPlatform;
  let bench: ModelGateway;
  const database = <T>(name: string, use: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(join(bench.gateway.stateDir, "data", `${name}.db`));
    try {
      return use(db);
    } finally {
      db.close();
    }
  };
  const sold = () =>
    database("sandbox", (db) => db.prepare("select content from sandbox_orders").all() as { content: string }[]).filter(({ content }) =>
      content.includes('"Silva"'),
    ).length;
  const inRoom = (matches: RegExp): SlackPost[] => slack.posts.filter(({ channel, text, deleted }) => channel === room && !deleted && matches.test(text));
  const shown = async (matches: RegExp): Promise<SlackPost> => {
    await expect.poll(() => inRoom(matches).length, { timeout: 15_000 }).toBe(1);
    return inRoom(matches)[0]!;
  };
  const dm = () => slack.posts.filter(({ channel }) => channel === slack.direct(ana));
  const say = async (text: string): Promise<string> => {
    const before = dm().length;
    await slack.write({ channel: slack.direct(ana), user: ana, text });
    await expect.poll(() => dm().length, { timeout: 15_000 }).toBeGreaterThan(before);
    return dm().at(-1)!.text;
  };
  const whispered = (user: string) => slack.whispers.filter((one) => one.user === user).map(({ text }) => text);
  const labels = (post: SlackPost) => post.blocks.flatMap(({ elements = [] }) => elements.map(({ text }) => text.text));

  beforeAll(async () => {
    slack = await startSlack();
    discord = await startDiscord();
    const config = {
      channels: {
        slack: { botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.url, dmPolicy: "open", allowFrom: ["*"], groups: ["*"] },
        discord: { botToken: discord.token, apiUrl: discord.url, dmPolicy: "open", allowFrom: ["*"] },
      },
      desk: {
        rooms: [
          { channel: "slack", room },
          { channel: "discord", room: server.room },
        ],
        operators: {
          clara: { name: "Clara", users: [`slack:${clerk}`, `discord:${server.clerk}`], role: "approver" },
          bruno: { name: "Bruno", users: [`slack:${boss}`], role: "manager" },
        },
      },
    };
    bench = await modelGateway({ modelTimeoutMs: 20_000, config, files: { [join("policy", "agency.json5")]: rules } });
    bench.script = obey;
  }, 30_000);
  afterAll(async () => {
    await bench?.close();
    await slack?.close();
    await discord?.close();
  });

  it("decides an approval: by whoever may, once, and over a kill", async () => {
    await say(
      order("search_flights", {
        origin: "BCN",
        destination: "FRA",
        departureDate: new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 10),
        adults: 1,
        directOnly: true,
      }),
    );
    const offers = () => database("travelagent", (db) => db.prepare("select id from booking_offer").all()) as { id: string }[];
    await expect.poll(() => offers().length, { timeout: 15_000 }).toBeGreaterThan(0);
    const travellers = [{ givenName: "Ana", familyName: "Silva" }];
    await say(order("create_booking", { offerIds: [offers()[0]!.id], travellers, contact: { email: "ana@example.com" } }));
    const confirm = () =>
      dm()
        .flatMap(labels)
        .find((label) => /yes|confirm/i.test(label));
    await expect.poll(confirm, { timeout: 15_000 }).toBeDefined();
    await slack.press(confirm()!, ana, { channel: slack.direct(ana) });
    const card = await shown(/^Approval: /);
    expect(card.text).toMatch(/Total: [\d.]+ EUR/);
    expect(card.text).toMatch(/Customer: Ana Silva on slack/);

    // As it stands on the screens of people who have not looked since.
    const old = structuredClone(card);

    // Nobody who may not: a stranger in the room, the customer, a clerk where a manager is asked.
    for (const user of [stranger, ana, clerk]) await slack.press("Approve", user, { post: old });
    expect([...whispered(stranger), ...whispered(ana)]).toEqual(
      Array(2).fill("Only operators of the agency can do that here, and you are none of them. Nothing happened."),
    );
    expect(whispered(clerk)).toEqual([expect.stringContaining("this approval is for a manager")]);
    expect(sold()).toBe(0);

    await bench.gateway.kill();
    await bench.restart();
    // Delivered twice, then pressed once more.
    for (const actionTs of ["1800009999.000001", "1800009999.000001", "1800009999.000002"]) await slack.press("Approve", boss, { post: old, actionTs });
    await expect.poll(sold, { timeout: 15_000 }).toBe(1);
    await slack.command("/approvals", boss, room);
    const after = await shown(/^Approved: /);
    expect([after.ts, labels(after)]).toEqual([card.ts, []]);
    expect(after.text).toContain("Approved by Bruno");
    // Slack delivers again what was not acknowledged in time: it is the same press then, with the same answer.
    const answers = [...new Set(whispered(boss))].sort();
    expect(answers).toEqual(["Approved.", expect.stringMatching(/^Nothing happened: this approval is (approved|used) already/)]);
    expect(slack.commandAnswers).toEqual(["No approval waits."]);
    expect(inRoom(/Approv/)).toHaveLength(1);
    expect(sold()).toBe(1);
  });

  it("takes over a customer who needs a person, answers in the thread, and hands back", async () => {
    await slack.write({ channel: slack.direct(ana), user: ana, text: order("hand_over_to_person", { reason: "wants a person" }) });
    const card = await shown(/needs a person/);
    expect(labels(card)).toEqual(["Take over"]);
    const thread = () => slack.posts.filter(({ threadTs }) => threadTs === card.ts).map(({ text }) => text);
    await expect.poll(thread, { timeout: 10_000 }).toContainEqual(expect.stringContaining("Ana Silva: Please"));
    const before = dm().length;
    const write = (user: string, text: string) => slack.write({ channel: room, user, text, threadTs: card.ts });
    await write(stranger, "I am nobody");
    await slack.press("Take over", clerk, { post: card });
    await expect.poll(() => labels(card), { timeout: 10_000 }).toContain("Hand back to the agent");
    await write(boss, "not mine");
    await write(clerk, "// she flew with us in May");
    await write(clerk, "Hello Ana, <https://example.com> this is Clara & I am here");
    await expect
      .poll(
        () =>
          dm()
            .slice(before)
            .map(({ text }) => text),
        { timeout: 10_000 },
      )
      .toContain("Hello Ana, https://example.com this is Clara & I am here");
    await slack.write({ channel: slack.direct(ana), user: ana, text: "Thank you Clara" });
    await expect.poll(thread, { timeout: 10_000 }).toContain("Ana Silva: Thank you Clara");
    expect(dm().filter(({ text }) => /nobody|not mine|in May/.test(text))).toEqual([]);
    // What the operator wrote stands there once, as written.
    expect(thread().filter((text) => /this is Clara/.test(text))).toEqual([]);

    await slack.press("Hand back to the agent", clerk, { post: card });
    await expect.poll(() => card.text, { timeout: 10_000 }).toMatch(/the agent answers again/);
    expect(labels(card)).toEqual([]);
    const sent = dm().length;
    await write(clerk, "too late");
    expect(whispered(clerk).at(-1)).toMatch(/The agent answers this customer/);
    expect(dm()).toHaveLength(sent);
    expect(inRoom(/needs a person|answers again/)).toHaveLength(1);
    // Nothing of the room ever was a conversation.
    expect(
      database("travelagent", (db) => db.prepare("select count(*) as n from inbox where message like '%CDESK0001%' or message like '%in May%'").get()),
    ).toEqual({ n: 0 });
  });

  it("does the same on Discord", async () => {
    const { guild, room: own, clerk: operator, customer } = server;
    const said = () => discord.posts.filter(({ channel }) => channel === discord.direct(customer)).map(({ text }) => text);
    await discord.write({ channel: discord.direct(customer), user: customer, text: order("hand_over_to_person", { reason: "wants a person" }) });
    const card = () => discord.posts.find(({ channel, text }) => channel === own && /needs a person/.test(text));
    await expect.poll(card, { timeout: 15_000 }).toBeDefined();
    const post = card()!;
    await expect.poll(() => discord.posts.some(({ channel }) => channel === post.id), { timeout: 10_000 }).toBe(true);
    await discord.press("Take over", customer, { post, guild });
    await discord.press("Take over", operator, { post, guild });
    await expect.poll(() => post.text, { timeout: 10_000 }).toMatch(/with Clara/);
    await bench.gateway.kill();
    await discord.write({ channel: post.id, user: operator, guild, text: "Hello from Clara" }, { within: 50 }).catch(() => undefined);
    await bench.restart();
    // Written while nobody was there: Discord tells the next process.
    await expect.poll(said, { timeout: 10_000 }).toContain("Hello from Clara");
    expect(said().filter((text) => text === "Hello from Clara")).toHaveLength(1);
    expect(discord.began).toContain("resume");
    expect(discord.whispers.map(({ text }) => text)).toEqual([expect.stringMatching(/^Only operators/), expect.stringMatching(/^It is yours/)]);
  });
});
