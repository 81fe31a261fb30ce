import { randomUUID } from "node:crypto";
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startBotApi } from "@travelagent/channel-telegram/testing";
import { type ModelGateway, modelGateway } from "../model-gateway.ts";
import { connectWire, type WireClient } from "../wire-client.ts";
import { freshCanary, obeyAndTellAll, ownersIn } from "./canaries.ts";
import { type Desk, overDesk, overPortal, overProgram, overTelegram, overWebChat, type Way } from "./ways.ts";

/** How many come over each channel; people are numbered in this order. */
const perChannel = { webchat: 60, program: 30, desk: 30, telegram: 40, portal: 40 };
export type Kind = keyof typeof perChannel;
const kinds = Object.entries(perChannel).flatMap(([kind, count]) => Array<Kind>(count).fill(kind as Kind));

export interface Person extends Way {
  number: number;
  kind: Kind;
  /** What this one said, and what was noted about them. */
  secret: string;
  noted: string;
  /** As somebody passes on what others wrote; on Telegram. */
  forward?(message: string): Promise<string>;
}

/** Two hundred customers of two agencies behind one gateway: those of Telegram are the second one's. */
export interface Crowd {
  readonly bench: ModelGateway;
  readonly wire: WireClient;
  readonly people: readonly Person[];
  rows(sql: string): Record<string, string>[];
  /** Ids of the customers, by conversation. */
  customerIds(): Map<string, string>;
  /** Writes down what is known about a customer, as people of the agency do. */
  note(customerId: string, text: string): void;
  /** From now on both may know what is known of either, under the numbers given. */
  acquaint(one: Person, other: Person): void;
  /**
   * What crossed: texts, by where they stand, with a fact of somebody else. Looks at every request the model got, every transcript, every
   * frame, page and message that a customer got, and at what each of them was answered now.
   */
  crossings(answers?: ReadonlyMap<Person, string>): Promise<string[]>;
  close(): Promise<void>;
}

/** Facts that come later have the number of their owner and this. Whoever was an acquaintance before may not know them. */
export const later = 1_000;
/** Somebody of the first agency with the same chat id as a customer of the second one. */
export const namesake = 2_000;

/** One to three e-mail addresses serve everybody: families, offices, and those who lie. */
export const emailOf = (number: number): string => `shared${number % 3}@example.com`;
export const phoneOf = (number: number): string => `+351910000${String(number).padStart(3, "0")}`;

export async function openCrowd(config: Record<string, unknown>): Promise<Crowd> {
  const api = await startBotApi();
  const bench = await modelGateway({
    modelTimeoutMs: 20_000,
    fallback: "m2",
    config: {
      ...config,
      agencies: { north: { name: "North Travel", accounts: ["telegram:default"] } },
      channels: { telegram: { botToken: api.token, apiRoot: api.url, dmPolicy: "open", allowFrom: ["*"] } },
    },
  });
  bench.script = obeyAndTellAll;
  const wire = await connectWire(bench.gateway);
  const desk: Desk = { gateway: bench.gateway, wire };

  const wayOf = async (number: number, kind: Kind, secret: string): Promise<Way> => {
    if (kind === "webchat") return overWebChat(desk, number);
    if (kind === "program") return overProgram(desk, number);
    if (kind === "desk") return overDesk(desk, number);
    if (kind === "telegram") return overTelegram(api, number);
    const { payload } = await wire.ask("customers.create", {
      name: `Customer ${secret}`,
      email: emailOf(number),
      phone: phoneOf(number),
      idempotencyKey: randomUUID(),
    });
    return overPortal(desk, number, (payload!.customer as { id: string }).id);
  };
  const people = await Promise.all(
    kinds.map(async (kind, number): Promise<Person> => {
      const secret = freshCanary(number);
      return { number, kind, secret, noted: freshCanary(number), ...(await wayOf(number, kind, secret)) };
    }),
  );

  const rows: Crowd["rows"] = (sql) => {
    const db = new DatabaseSync(join(bench.gateway.stateDir, "data", "travelagent.db"), { readOnly: true });
    try {
      return db.prepare(sql).all() as Record<string, string>[];
    } finally {
      db.close();
    }
  };
  const acquaintances = new Map<number, number>();
  const mayKnow = (reader: number, owner: number): boolean => (owner % later === reader && owner < namesake ? true : acquaintances.get(reader) === owner);
  const strangersIn = (text: string, reader: number): number[] => ownersIn(text).filter((owner) => !mayKnow(reader, owner));
  /** Nobody may know all of it. */
  const isMixed = (text: string): boolean => {
    const owners = ownersIn(text);
    return owners.length > 0 && !owners.some((owner) => strangersIn(text, owner % later).length === 0);
  };
  const transcripts = () => globSync("agents/*/sessions/**/*.jsonl*", { cwd: bench.gateway.stateDir });

  return {
    bench,
    wire,
    people,
    rows,
    customerIds: () => new Map(rows("select key, customer_id from session where customer_id is not null").map(({ key, customer_id }) => [key!, customer_id!])),
    note(customerId, text) {
      const directory = join(bench.gateway.stateDir, "workspace", "memory", "customers");
      mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, `${customerId}.md`), text);
    },
    acquaint(one, other) {
      acquaintances.set(one.number, other.number).set(other.number, one.number);
    },
    async crossings(answers = new Map()) {
      const requests = bench.server.requests.map(({ body }) => JSON.stringify(body)).filter(isMixed);
      const files = transcripts().filter((path) => isMixed(readFileSync(join(bench.gateway.stateDir, path), "utf8")));
      const told = [...answers].flatMap(([{ number }, text]) => strangersIn(text, number).map((owner) => `${number} was told of ${owner}`));
      const seen = await Promise.all(people.map(async (one) => strangersIn(await one.seen(), one.number).map((owner) => `${one.number} saw ${owner}`)));
      return [...requests.map((text) => `a request knows ${ownersIn(text).join()}`), ...files, ...told, ...seen.flat()];
    },
    async close() {
      for (const { wire: own } of people) own?.end();
      wire.end();
      await bench.close();
      await api.close();
    },
  };
}
