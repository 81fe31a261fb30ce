import { existsSync } from "node:fs";
import { join } from "node:path";
import { agentPersonalData } from "@travelagent/agent-runtime";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import { openDatabase, type WorkPersonalData, workPersonalData } from "@travelagent/engine";
import { gatewayPersonalData, groupMessagesOf } from "@travelagent/gateway-core";
import { heldUntil, legalTermOf, linesPersonalData, searchedFor } from "@travelagent/privacy";
import { type AgencyOfAccount, type DataSubject, namingOnlyThem, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Work } from "@travelagent/protocol/ports";
import { type Sessions, type TranscriptPersonalDataOptions, transcriptPersonalData } from "@travelagent/sessions";
import { memoryFiles, memoryPersonalData, sqliteRecallIndex } from "@travelagent/sessions/recall";
import { type BookkeepingTerm, bookingPersonalData, ordersOf, supplierReferences } from "@travelagent/tools-booking";
import { sandboxPersonalData } from "@travelagent/tools-booking/suppliers/sandbox";
import { crmPersonalData } from "@travelagent/tools-crm";
import { pseudonymKeyOf } from "../configuration/secrets-of.ts";
import { pseudonymOf } from "../observing/log-scrubber.ts";
import { agenciesOf, agenciesOfConversations } from "./agencies.ts";
import { type PaperExportOptions, paperExport } from "./paper-export.ts";

export interface PersonalDataOptions {
  config: () => GatewayConfig;
  paths: StatePaths;
  db: Database;
  work: Work;
  sessions: Sessions;
  clock: Clock;
  bookings: PaperExportOptions["bookings"];
  /** Stores of parts that have one of their own: consents, promises, the portal, the vault. */
  others: readonly PersonalDataStore[];
}

/** Names of durable functions that carry an erasure out. */
export const erasureWork = { erase: "privacy.erase", hold: "privacy.hold" } as const;

export interface PersonalData {
  /** In the order in which they forget: who the person is to us first, so that whoever writes meanwhile is somebody new. */
  stores: readonly PersonalDataStore[];
  work: WorkPersonalData;
  /** Every database below the state directory, with its path there. */
  databases: readonly { file: string; db: Database }[];
  close(): Promise<void>;
}

/** How long invoices are kept: by the configured country's law, or the agency's own rule. */
export const bookkeepingTerm = ({ privacy: { bookkeeping } }: Pick<GatewayConfig, "privacy">): BookkeepingTerm => {
  const term = legalTermOf(bookkeeping.country, bookkeeping.years);
  return {
    basis: `tax: invoices and the books behind them (${[bookkeeping.country, term.rule].filter(Boolean).join(", ")})`,
    until: (issuedAt) => heldUntil(issuedAt, term),
  };
};

/** Names that lines of the log have for the person, and nobody of another agency, instead of their own. */
const pseudonymsOf = ({ sessionKeys, customerIds, identities, shared = [] }: DataSubject, key: string): string[] =>
  [
    ...sessionKeys,
    ...customerIds,
    ...namingOnlyThem(
      identities.map(({ peerId }) => peerId),
      { shared },
    ),
  ].map((text) => pseudonymOf(text, key));

const saidInGroups =
  (db: Database, agencies: { agencyOf?: AgencyOfAccount }): NonNullable<TranscriptPersonalDataOptions["saidInGroups"]> =>
  async (subject) =>
    (await groupMessagesOf(db, subject, agencies)).map(({ id, sessionKey, takenBy, message }) => ({
      sessionKey,
      messageIds: [id, ...(takenBy === undefined ? [] : [takenBy])],
      text: message.text,
      ...(message.senderName === undefined ? {} : { name: message.senderName }),
    }));

/** Everything here that knows something about a person. */
export function openPersonalData({ config, paths, db, work, sessions, clock, bookings, others }: PersonalDataOptions): PersonalData {
  const ofWork = workPersonalData({ db, work, except: Object.values(erasureWork) });
  const booksPath = join(paths.data, "sandbox.db");
  // Another handle on the same file: it is needed a few times a year.
  let books: ReturnType<typeof openDatabase> | undefined;
  const openBooks = (): ReturnType<typeof openDatabase> => {
    books ??= openDatabase({ path: booksPath });
    return books;
  };
  const lazyBooks: Database = {
    all: (sql, ...params) => openBooks().all(sql, ...params),
    get: (sql, ...params) => openBooks().get(sql, ...params),
    transaction: (task, options) => openBooks().transaction(task, options),
    migrate: (owner, migrations) => openBooks().migrate(owner, migrations),
    scrub: async () => (existsSync(booksPath) ? openBooks().scrub!() : undefined),
    everyRow: async function* () {
      if (existsSync(booksPath)) yield* openBooks().everyRow!();
    },
  };
  const references = async (subject: DataSubject) => supplierReferences(await ordersOf(db, subject));
  const workspace = paths.workspace;
  const several = Object.keys(config().agencies).length > 0;
  // Which accounts are whose changes with a restart alone.
  const agencies = several ? { agencyOf: agenciesOf(config()) } : {};

  const stores: PersonalDataStore[] = [
    ofWork,
    crmPersonalData({ db }),
    ...others,
    paperExport({ config, db, bookings, clock }),
    // Their orders are found by the agency's own, which go with the next store.
    sandboxPersonalData({ db: lazyBooks, references }),
    bookingPersonalData({ db, keepInvoices: () => bookkeepingTerm(config()) }),
    agentPersonalData({ db }),
    // What the person wrote in groups is found by the messages, which go after it.
    transcriptPersonalData({
      db,
      sessions,
      directory: paths.base,
      saidInGroups: saidInGroups(db, agencies),
      ...(several ? { agencyOf: agenciesOfConversations(config()) } : {}),
    }),
    gatewayPersonalData({ db, ...agencies }),
    memoryPersonalData({ files: memoryFiles({ directory: workspace }), index: sqliteRecallIndex({ db }), directory: workspace }),
    linesPersonalData({
      name: "logs",
      covers: ["logs/*", "cron/runs/*"],
      directories: [paths.logs, paths.cronRuns],
      identifiersOf: (subject) => [...searchedFor(subject), ...pseudonymsOf(subject, pseudonymKeyOf(paths))],
    }),
  ];
  return {
    stores,
    work: ofWork,
    databases: [
      { file: "data/travelagent.db", db },
      { file: "data/sandbox.db", db: lazyBooks },
    ],
    async close() {
      await books?.close();
      books = undefined;
    },
  };
}
