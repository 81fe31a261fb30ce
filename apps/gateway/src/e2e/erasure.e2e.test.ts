import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Talk, talk } from "../testing/conversation.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { card, confirm, day } from "../testing/journeys.ts";

interface Person {
  name: string;
  email: string;
  phone: string;
  passport: string;
  /** A word that only they ever wrote. */
  word: string;
  sessionKey: string;
}

const zelda: Person = {
  name: "Zéldamira Quixotte",
  email: "zeldamira.quixotte@example.com",
  phone: "+34600771133",
  passport: "XQ7319452",
  word: "flugelhornparade",
  sessionKey: "agent:main:zelda-canary-7781",
};
const bruno: Person = {
  name: "Bruno Hartwegner",
  email: "bruno.hartwegner@example.com",
  phone: "+34600992244",
  passport: "KB4452810",
  word: "glockenspielabend",
  sessionKey: "agent:main:bruno-canary-4410",
};

const config = { logging: { level: "debug", consoleLevel: "silent" }, privacy: { bookkeeping: { country: "ES" } }, agency: { name: "Viajes Sol" } };

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(directory, entry.name)) : entry.isFile() ? [join(directory, entry.name)] : [],
  );

/** Files with this text in them, as plain bytes or in a common coding, whatever its case. Written apart from the product's own search. */
function filesWith(stateDir: string, texts: readonly string[]): string[] {
  const codings = texts.flatMap((text) => {
    const plain = text.normalize("NFKD").replace(/\p{M}/gu, "");
    return [
      text,
      plain,
      encodeURIComponent(text),
      JSON.stringify(text).slice(1, -1),
      text.replace(/\P{ASCII}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`),
    ].flatMap((one) => [
      Buffer.from(one.toLowerCase()).toString("latin1"),
      Buffer.from(one.toLowerCase(), "utf16le").toString("latin1"),
      Buffer.from(one).toString("base64").replace(/=+$/, "").slice(0, -1).toLowerCase(),
    ]);
  });
  return filesIn(stateDir)
    .filter((path) => {
      const bytes = `${path.toLowerCase()}\n${readFileSync(path).toString("latin1").toLowerCase()}`;
      return codings.some((coding) => bytes.includes(coding));
    })
    .map((path) => relative(stateDir, path));
}

const identifiersOf = ({ name, email, phone, passport, word, sessionKey }: Person, id: string): string[] => [
  name,
  name.split(" ")[1]!,
  email,
  email.split("@")[0]!,
  phone,
  phone.slice(3),
  passport,
  word,
  sessionKey,
  id,
];

describe("a customer who is forgotten", () => {
  const state = temporaryState();
  const start = () => startGateway({ stateDir: state.path });
  let gateway: GatewayProcess;
  let open: Talk | undefined;
  const ids: Record<string, string> = {};

  const meet = async (person: Person): Promise<Talk> => talk({ url: gateway.url, token: gateway.token, sessionKey: person.sessionKey });
  const call = async <T>(method: string, params: unknown, timeoutMs = 60_000): Promise<T> => {
    const conversation = await talk({ url: gateway.url, token: gateway.token });
    try {
      return (await conversation.client.call(method as never, params as never, { timeoutMs })) as T;
    } finally {
      await conversation.close();
    }
  };

  async function live(person: Person): Promise<void> {
    const chat = await meet(person);
    await chat.say(`Hello, my passport is ${person.passport} and my password word is ${person.word}`);
    const offers = card(await chat.say(`Flights from Barcelona to Frankfurt on ${day(40)} for one adult, one way`), "offers");
    await chat.say(String(offers.offers[0]!.number));
    const booking = await confirm(chat, await chat.say(`${person.name}, ${person.email}, ${person.phone}`));
    expect(booking.status).toBe("ticketed");
    const { invoices } = (await chat.client.call("bookings.invoice", { id: booking.id, idempotencyKey: randomUUID() })) as { invoices: unknown[] };
    expect(invoices).toHaveLength(1);
    await chat.client.call("bookings.share", { id: booking.id, kind: "itinerary", idempotencyKey: randomUUID() });
    const cancelled = await confirm(chat, await chat.say("Please cancel my booking"));
    expect(["cancelled", "voided", "refunded"]).toContain(cancelled.status);
    const { customers } = (await chat.client.call("customers.list", { query: person.email })) as { customers: { id: string }[] };
    expect(customers).toHaveLength(1);
    const id = customers[0]!.id;
    ids[person.sessionKey] = id;
    await chat.client.call("customers.update", { id, phone: person.phone, notes: `${person.name} likes window seats`, idempotencyKey: randomUUID() });
    await chat.client.call("leads.create", { customerId: id, summary: `${person.name} wants to see the ${person.word}`, idempotencyKey: randomUUID() });
    // A conversation of before a reset, and one that was deleted.
    await chat.client.call("sessions.reset", { key: person.sessionKey });
    await chat.say(`It is ${person.name} again, do you remember ${person.word}?`);
    await chat.close();
    // What agents and people wrote down.
    const memory = join(state.path, "workspace", "memory");
    mkdirSync(join(memory, "customers"), { recursive: true });
    writeFileSync(join(memory, "customers", `${id}.md`), `## 2027-01-14\n${person.name} is afraid of the ${person.word}.\n\n`);
    writeFileSync(
      join(memory, "2027-01-14.md"),
      `${existsSync(join(memory, "2027-01-14.md")) ? readFileSync(join(memory, "2027-01-14.md"), "utf8") : ""}Call ${person.phone} about the voucher.\n\n`,
    );
  }

  interface Certificate {
    id: string;
    state: string;
    stores: { name: string; removed: number }[];
    holds: { where: string; until: string }[];
    scan: { residue: { place: string }[]; held: number; files: number; rows: number };
  }
  const exported = async (id: string): Promise<Record<string, Uint8Array>> => {
    const parts: Buffer[] = [];
    let got = await call<{ data: string; download: string; part: number; last: boolean }>("customers.export", { id });
    for (;;) {
      parts.push(Buffer.from(got.data, "base64"));
      if (got.last) break;
      got = await call("customers.export", { id, download: got.download, part: got.part + 1 });
    }
    return unzipSync(Buffer.concat(parts));
  };
  const contents = (files: Record<string, Uint8Array>): Record<string, string> =>
    Object.fromEntries(
      Object.entries(files)
        .filter(([path]) => path !== "manifest.json" && path !== "index.html" && !path.endsWith(".pdf"))
        .map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
    );

  beforeAll(async () => {
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify(config), { mode: 0o600 });
    gateway = await start();
    await live(zelda);
    await live(bruno);
    // A turn that a crash cut off.
    open = await meet(zelda);
    const cut = open.client.call("chat.send", { sessionKey: zelda.sessionKey, message: `One more ${zelda.word} please`, idempotencyKey: randomUUID() });
    await cut;
    await gateway.kill();
    await open.close();
    gateway = await start();
    // What was written down is found again by the index.
    for (const { sessionKey, word } of [zelda, bruno]) {
      const found = await fetch(`${gateway.url}/tools/invoke`, {
        method: "POST",
        headers: { authorization: `Bearer ${gateway.token}`, "content-type": "application/json" },
        body: JSON.stringify({ tool: "memory_search", args: { query: word }, sessionKey }),
      });
      expect(await found.text()).toContain(word);
    }
  });
  afterAll(async () => {
    await open?.close();
    await gateway?.kill();
    state.remove();
  });

  it("gets a zip of everything, and is then nowhere but in what the law keeps, over a kill in the middle, while nobody else is touched", async () => {
    const [id, other] = [ids[zelda.sessionKey]!, ids[bruno.sessionKey]!];
    const files = await exported(id);
    const told = contents(files);
    const all = Object.values(told).join("\n");
    for (const text of [zelda.name, zelda.email, zelda.phone, zelda.word]) expect(all).toContain(text);
    for (const text of identifiersOf(bruno, other)) expect(all).not.toContain(text);
    expect(Object.keys(files).filter((path) => path.endsWith(".pdf")).length).toBeGreaterThanOrEqual(2);
    expect(Buffer.from(files["index.html"]!).toString()).toContain("Viajes Sol");
    const before = contents(await exported(other));
    expect(filesWith(state.path, identifiersOf(zelda, id))).not.toEqual([]);

    await expect(call("customers.erase", { id, reason: `${zelda.name} asked`, idempotencyKey: "named" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });

    // Killed as soon as a part of it is done.
    const request = { id, reason: "asked for it by telephone", idempotencyKey: "forget-1" };
    const asking = await talk({ url: gateway.url, token: gateway.token });
    asking.client.call("customers.erase", request).catch(() => undefined);
    const db = new DatabaseSync(join(state.path, "data", "travelagent.db"), { readOnly: true });
    const steps = db.prepare("select count(*) as n from step where work_id like 'privacy.erase:%'");
    const isDone = db.prepare("select count(*) as n from erasure where state <> 'running'");
    const deadline = Date.now() + 15_000;
    while (Number(steps.get()!.n) < 3 && Number(isDone.get()!.n) === 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 1));
    const half = Number(steps.get()!.n);
    db.close();
    await gateway.kill();
    await asking.close();
    expect(half).toBeGreaterThan(0);
    gateway = await start();

    const certificate = await call<Certificate>("customers.erase", request);
    expect(certificate.scan.residue).toEqual([]);
    expect(certificate.state).toBe("complete");
    const removed = certificate.stores.filter((store) => store.removed > 0).map(({ name }) => name);
    expect(removed).toEqual(expect.arrayContaining(["customer", "sales", "sandbox", "bookings", "decisions", "messages", "transcripts", "memory"]));
    expect(await call("customers.erase", request)).toEqual(certificate);
    expect(certificate.holds.some(({ where }) => where.startsWith("booking_invoice/"))).toBe(true);
    for (const text of identifiersOf(zelda, id)) expect(JSON.stringify(certificate)).not.toContain(text);

    // The invoice is the only place: without the rows the report lists, not a byte is left.
    await gateway.stop();
    const held = new DatabaseSync(join(state.path, "data", "travelagent.db"));
    held.exec("pragma secure_delete = on");
    for (const { where } of certificate.holds) {
      const [table, ...key] = where.split("/");
      if (table === "booking_invoice") held.prepare("delete from booking_invoice where number = ?").run(key.join("/"));
    }
    held.exec("vacuum; pragma wal_checkpoint(truncate)");
    held.close();
    expect(filesWith(state.path, identifiersOf(zelda, id))).toEqual([]);
    expect(filesWith(state.path, identifiersOf(bruno, other)).length).toBeGreaterThan(2);

    gateway = await start();
    expect(contents(await exported(other))).toEqual(before);
    await expect(call("customers.get", { id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    // The same conversation begins anew, with somebody nobody knows.
    const again = await meet(zelda);
    const reply = await again.say("Hello, flights from Madrid to Rome tomorrow?");
    expect(reply.text).not.toContain(zelda.name);
    expect(await again.history()).toHaveLength(2);
    await again.close();
    const { erasures } = await call<{ erasures: { id: string; state: string }[] }>("customers.erasures", {});
    expect(erasures).toMatchObject([{ id: certificate.id, state: "complete" }]);
  }, 60_000);
});
