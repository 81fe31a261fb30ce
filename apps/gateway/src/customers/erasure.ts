import { join } from "node:path";
import type { GatewayConfig, StatePaths } from "@travelagent/config";
import type { Publisher } from "@travelagent/gateway-core";
import { type Certificate, createDownloads, createErasures, type Erasures, exportPerson, type Obstacle, openErasureJournal } from "@travelagent/privacy";
import type { Handlers, Result } from "@travelagent/protocol";
import type { DataSubject, PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Sessions } from "@travelagent/sessions";
import { type Bookings, type LiveBooking, liveBookings } from "@travelagent/tools-booking";
import type { Crm } from "@travelagent/tools-crm";
import { ownSecret } from "../configuration/own-file.ts";
import { holdConversations } from "./hold-conversations.ts";
import { erasureWork, openPersonalData } from "./personal-data.ts";

export interface ErasureOptions {
  config: () => GatewayConfig;
  paths: StatePaths;
  db: Database;
  work: Work;
  sessions: Sessions;
  crm: Pick<Crm, "get">;
  clock: Clock;
  log: Logger;
  /** Not before everything is wired. */
  bookings: () => Pick<Bookings, "get">;
  publish: Publisher["publish"];
  /** Stores of parts that have one of their own. */
  others: readonly PersonalDataStore[];
}

export interface OpenedErasure {
  erasures: Erasures;
  handlers: Handlers;
  /** All of them, also those given as `others`. */
  stores: readonly PersonalDataStore[];
  /** After the engine started: forgets again whom a restored backup brought back. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

const why: Record<LiveBooking["why"], string> = {
  working: "something is being done with it in this moment",
  "travel-ahead": "the travel is still to come",
  "money-open": "a payment or a refund is open",
  "needs-human": "it waits for a person",
};

/** Sooner than this nobody needs to be told how far it is. */
const quietMs = 1_000;

const onWire = (certificate: Certificate): Result<"customers.erase"> => ({
  ...certificate,
  holds: certificate.holds.map((hold) => ({ ...hold })),
  scan: { ...certificate.scan, residue: certificate.scan.residue.map((finding) => ({ ...finding })) },
});

/** Export and erasure of everything that is known of a customer. */
export async function openErasure(options: ErasureOptions): Promise<OpenedErasure> {
  const { config, paths, db, work, crm, clock, log, publish } = options;
  const data = openPersonalData(options);
  const downloads = createDownloads({ clock });
  const hold = holdConversations({ work, name: erasureWork.hold, ofWork: data.work, clock });
  const journal = openErasureJournal(join(paths.data, "erasures.jsonl"));
  const started = new Map<string, number>();

  const obstacles = async (subject: DataSubject): Promise<Obstacle[]> =>
    (await liveBookings(db, subject, clock.now())).map((booking) => ({
      what: `booking ${booking.reference}: ${why[booking.why]}`,
      ...(booking.why === "working" ? { firm: true } : {}),
    }));

  const erasures = createErasures({
    db,
    work,
    clock,
    log,
    stores: () => data.stores,
    exists: async (customerId) => (await crm.get(customerId)) !== null,
    ours: () => {
      const { name, email, phone } = config().agency;
      return [name, email ?? "", phone ?? ""];
    },
    obstacles,
    freeze: hold,
    databases: data.databases,
    directory: paths.base,
    journal,
    secret: ownSecret(join(paths.credentials, "erasure.key")),
    onProgress({ id, doing, done, of }) {
      if (done === 0 || !started.has(id)) started.set(id, clock.now());
      if (clock.now() - started.get(id)! >= quietMs) publish("customers.erasure", { id, doing, done, of });
    },
  });
  await erasures.prepare();

  return {
    erasures,
    stores: data.stores,
    handlers: {
      "customers.export": async ({ id, download, part = 0 }, { actor }) => {
        const owner = `${actor}\n${id}`;
        const made =
          download === undefined
            ? await downloads.begin(owner, async function* (signal) {
                const subject = await erasures.subjectOf(id, signal);
                yield* exportPerson({ stores: data.stores, subject, agency: config().agency.name, now: clock.now(), signal });
              })
            : await downloads.next(owner, download, part);
        return {
          name: "personal-data.zip",
          mimeType: "application/zip",
          download: made.download,
          part: made.part,
          data: Buffer.from(made.bytes).toString("base64"),
          last: made.last,
        };
      },
      "customers.erase": async ({ id, reason, force, acceptResidue, idempotencyKey }, { actor }) =>
        onWire(
          await erasures.erase({
            customerId: id,
            reason,
            by: actor,
            idempotencyKey,
            ...(force === undefined ? {} : { force }),
            ...(acceptResidue === undefined ? {} : { acceptResidue }),
          }),
        ),
      "customers.erasures": async (params) => ({
        erasures: (await erasures.list(params?.limit === undefined ? {} : { limit: params.limit })).map(({ certificate, ...row }) => ({
          ...row,
          ...(certificate ? { certificate: onWire(certificate) } : {}),
        })),
      }),
    },
    async resume() {
      await erasures.repeat(async function* () {
        for (const { id } of await db.all<{ id: string }>("select id from crm_customer order by id")) yield id;
      });
    },
    async close() {
      downloads.stop();
      await data.close();
    },
  };
}
