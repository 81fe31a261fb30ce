import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { statePaths } from "@travelagent/config";
import { describe, expect, it } from "vitest";

/** Tables without a word, a name or an id of a customer, and why. Everything else needs a store that exports and erases it. */
const holdsNothing: Record<string, string> = {
  agent_pause: "names agents, and operators who paused them",
  booking_news_mark: "how far news of suppliers were read",
  booking_news_source: "how far news of suppliers were read",
  booking_payment_event: "ids of events of payment providers",
  crm_company: "firms, not people",
  crm_sync_cursor: "how far another system was read",
  cron_job: "how far jobs got, with the program's own words for what went wrong",
  cron_missed: "times of jobs that passed",
  cron_run: "which job ran when",
  cron_slots: "which job ran when",
  device: "machines of operators",
  device_request: "machines of operators",
  device_role: "machines of operators",
  email_cursor: "how far folders of mail were read",
  discord_session: "where a connection to Discord left off",
  erasure: "hashes of ids; what is still to be removed is sealed, and goes at the end",
  erasure_key: "hashes of keys",
  exec_policy: "rules for programs on nodes",
  health_check: "one number",
  heartbeat_event: "hashes of notes that an agent has not looked at; their words are in its transcript",
  heartbeat_mark: "hashes of what an agent has said",
  holder: "the process that owns the database",
  lease: "who owns an account of a channel",
  mcp_pin: "descriptions of tools",
  model_pause: "models that rest",
  node_known: "machines of operators",
  node_pair: "machines of operators",
  node_pair_pending: "machines of operators",
  owner: "the process that owns the database",
  retention_run: "how many rows were removed when",
  sandbox_stock: "seats and rooms of a world that is not real",
  schema_version: "versions of tables",
  travel_cursor: "how far jobs got",
  travel_supplier_call: "how often suppliers were asked",
  webhook_seen: "ids of deliveries",
  webhook_subscription: "addresses of the agency's own systems",
  webhook_trigger: "words of the agency for its agents",
  whatsapp_web_key: "keys of encrypted conversations, sealed, under keyed hashes",
  whatsapp_web_session: "two numbers",
};

/** Tables that are no more, or of a world beside the agency's. */
const elsewhere: Record<string, string> = {
  crm_term: "dropped by a later migration",
  simulator_document: "suppliers of tests, in a folder of their own that somebody named",
};

/** What lies in the state directory without being a customer's, and why. */
const files: Record<string, string> = {
  config: "the agency's own configuration; an erasure looks into it and names it when somebody stands there",
  token: "the operators' token",
  credentials: "secrets of the agency, sealed; who was let in by code has a store of its own",
  tlsCert: "the gateway's own certificate",
  tlsKey: "its key",
  skills: "texts of the agency for models; looked into",
  policy: "rules; looked into",
  backups: "copies as they were: a restore forgets again whoever is in the journal of erasures",
  cronJobs: "tasks of the agency; looked into",
  base: "the directory itself",
  data: "databases, table by table above; the journal of erasures holds hashes",
  database: "table by table above",
  agents: "transcripts: the sessions' own store",
  cronRuns: "histories of jobs: overwritten like logs",
  logs: "overwritten line by line",
  workspace: "memory: its own store; files that tools wrote are looked into",
};

const root = fileURLToPath(new URL("../../../../", import.meta.url));

function* sources(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (!["node_modules", "dist", "testing"].includes(entry.name)) yield* sources(path);
    } else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts")) yield path;
  }
}

describe("where a person's data lives", () => {
  const created = new Map<string, string>();
  const claims: string[] = [];
  for (const folder of ["packages", "apps"])
    for (const path of sources(join(root, folder))) {
      const text = readFileSync(path, "utf8");
      if (path.endsWith("personal-data.ts")) claims.push(text);
      for (const [, name] of text.matchAll(/create (?:virtual )?table (?:if not exists )?([a-z_]+)/gi)) created.set(name!, relative(root, path));
    }
  /** Named as a table: in quotes, or in a statement. */
  const claimed = (table: string) => claims.some((text) => new RegExp(`["'\`]${table}["'\`]|\\b(?:from|into|update) ${table}\\b`).test(text));

  it("knows every table: one that no store exports and erases holds nothing of a person, for a reason", () => {
    expect(created.size).toBeGreaterThan(70);
    const nobodys = [...created].filter(([table]) => !claimed(table) && !(table in holdsNothing) && !(table in elsewhere));
    expect(
      nobodys.map(([table, path]) => `${table} (${path})`),
      "give each a PersonalDataStore in a personal-data.ts beside it, or say here why it holds nothing of a person",
    ).toEqual([]);
    expect(Object.keys({ ...holdsNothing, ...elsewhere }).filter((table) => !created.has(table))).toEqual([]);
  });

  it("asks every store there is", () => {
    const gateway = [...sources(join(root, "apps", "gateway", "src"))].map((path) => readFileSync(path, "utf8"));
    const factories = claims.flatMap((text) => [...text.matchAll(/export (?:function|const) (\w+PersonalData)\b/g)].map(([, name]) => name!));
    expect(factories.length).toBeGreaterThan(10);
    expect(factories.filter((name) => !gateway.some((text) => new RegExp(`\\b${name}\\(`).test(text)))).toEqual([]);
  });

  it("knows every place in the state directory", () => {
    expect(Object.keys(statePaths("/state")).filter((place) => !(place in files))).toEqual([]);
  });

  it("names every store and table in the docs", () => {
    const page = readFileSync(join(root, "docs", "privacy.md"), "utf8");
    expect([...created.keys()].filter((table) => claimed(table) && !(table in holdsNothing) && !page.includes(`\`${table}\``))).toEqual([]);
  });
});
