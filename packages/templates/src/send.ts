import { canonicalJson, removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import { type Clock, type Database, type Logger, type Migration, type Row, silentLogger, systemClock, type Work } from "@travelagent/protocol/ports";
import { nextAllowed, type SendingHours } from "./quiet-hours.ts";
import { type Rendered, render } from "./render.ts";
import type { Purpose, Template, TemplateSet } from "./template.ts";

/** What it takes to write to the customer of a conversation. */
export interface Recipient {
  /** Id of the channel the conversation is on. */
  channel: string;
  customerId?: string;
  /** BCP 47; without it the agency's. */
  locale?: string;
  /** IANA zone they live in. */
  timeZone: string;
}

export type MayContact = (request: {
  sessionKey: string;
  customerId?: string;
  channel: string;
  purpose: Purpose;
}) => Promise<{ allowed: boolean; reason?: string }>;

export interface TemplateSenderOptions {
  db: Database;
  work: Work;
  clock?: Clock;
  log?: Logger;
  /** As they are now. */
  templates(): TemplateSet;
  /** Null for a conversation that never was. */
  recipient(sessionKey: string): Promise<Recipient | null>;
  /** What the customer agreed to. Asked when it is to be sent, and again when it is sent later. Absent: everything goes. */
  mayContact?: MayContact;
  /** As they are now; the time zone is the customer's. */
  hours?(): Omit<SendingHours, "timeZone">;
  agencyLocale?(): string;
  /** Durable when it resolves; the same id again is told once. */
  tell(news: { id: string; sessionKey: string; text: string }): Promise<void>;
}

export interface SendRequest {
  /** The same id again sends nothing and gives what became of it. */
  id: string;
  template: string;
  sessionKey: string;
  values: Readonly<Record<string, unknown>>;
  /** Instead of the customer's own. */
  locale?: string;
}

export interface Sending {
  id: string;
  /** `refused`: the customer does not want it. `failed`: it could not be rendered any more when its time came. */
  status: "scheduled" | "sent" | "refused" | "failed";
  /** ISO 8601 UTC: when it goes out, or went. */
  at: string;
  reason?: string;
}

export interface TemplateSender {
  /** Makes the tables. Before the first `send`. */
  migrate(): Promise<void>;
  /**
   * Sends at once, or when the customer's quiet hours are over; what waits outlives a restart, and consent and hours are looked at again
   * then. Raises `NOT_FOUND` for a template or a conversation that is not there, `INVALID_REQUEST` for values that do not fit, and
   * `IDEMPOTENCY_MISMATCH` for the same id with something else.
   */
  send(request: SendRequest): Promise<Sending>;
  get(id: string): Promise<Sending | null>;
  /** What a template says to the customer of a conversation on a channel, which may be another one. Raises like `send`; sends nothing. */
  rendered(
    request: Pick<SendRequest, "template" | "sessionKey" | "values" | "locale"> & { channel: string },
  ): Promise<Rendered & Pick<Template, "purpose" | "kind">>;
  /** When a message of this kind may go to that conversation, in milliseconds since the epoch. For everybody who writes unasked. */
  allowedAt(sessionKey: string, kind: Template["kind"], from?: number): Promise<number>;
  /** After the engine started: takes up what was stored and not begun. */
  resume(): Promise<void>;
}

const workName = "template-send";
const settledWithinMs = 5_000;
/** Hours of the configuration may move while something waits; more often than this they do not. */
const maxWaits = 100;

const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table template_send (
        id text primary key, template text not null, session_key text not null, customer_id text, content_hash text not null, content text,
        status text not null, reason text, send_at bigint not null, created_at bigint not null
      );
      create index template_send_open on template_send (send_at) where status = 'scheduled';
      create index template_send_session on template_send (session_key);
      create index template_send_customer on template_send (customer_id) where customer_id is not null;
    `,
  },
];

const read = (row: Row): Sending => ({
  id: row.id as string,
  status: row.status as Sending["status"],
  at: new Date(Number(row.send_at)).toISOString(),
  ...(row.reason ? { reason: row.reason as string } : {}),
});

async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Registers its durable function, so it is made before the engine starts. */
export function createTemplateSender(options: TemplateSenderOptions): TemplateSender {
  const { db, work, clock = systemClock, log = silentLogger, templates, recipient, tell } = options;
  const mayContact: MayContact = options.mayContact ?? (async () => ({ allowed: true }));
  const hours = options.hours ?? (() => ({}));

  const templateNamed = (name: string): Template => {
    const template = templates().templates.get(name);
    if (!template) throw new TravelAgentError("NOT_FOUND", `there is no template ${name}`);
    return template;
  };
  const recipientOf = async (sessionKey: string): Promise<Recipient> => {
    const found = await recipient(sessionKey);
    if (!found) throw new TravelAgentError("NOT_FOUND", `there is no conversation ${sessionKey}`);
    return found;
  };
  const rendered = (template: Template, values: SendRequest["values"], { channel, locale, timeZone }: Recipient, wanted: string | undefined) =>
    render(template, values, { channel, timeZone, locale: wanted ?? locale, agencyLocale: options.agencyLocale?.() });
  const timeFor = ({ timeZone }: Recipient, kind: Template["kind"], from: number): number => nextAllowed(from, { ...hours(), timeZone }, kind);

  /** The last word: what was to be said is not needed any more. */
  const end = (id: string, status: Sending["status"], reason?: string): Promise<unknown> =>
    db.transaction((tx) =>
      tx.run(
        "update template_send set status = ?, reason = ?, send_at = ?, content = null where id = ? and status = 'scheduled'",
        status,
        reason ?? null,
        clock.now(),
        id,
      ),
    );

  work.define(workName, async (context, input) => {
    const { id } = input as { id: string };
    for (let wait = 0; wait < maxWaits; wait++) {
      const row = await db.get("select * from template_send where id = ? and status = 'scheduled'", id);
      // Forgotten with the person it was for, or over.
      if (!row) return;
      const { values, locale } = JSON.parse(row.content as string) as Pick<SendRequest, "values" | "locale">;
      const sessionKey = row.session_key as string;
      let text: string;
      let to: Recipient;
      let template: Template;
      try {
        template = templateNamed(row.template as string);
        to = await recipientOf(sessionKey);
        ({ text } = rendered(template, values, to, locale));
      } catch (error) {
        if (!TravelAgentError.is(error) || error.retryable) throw error;
        log.error("a message could not be made of its template any more", { template: row.template as string, code: error.code });
        await end(id, "failed", error.message);
        return;
      }
      const at = timeFor(to, template.kind, clock.now());
      if (at > clock.now()) {
        await db.transaction((tx) => tx.run("update template_send set send_at = ? where id = ? and status = 'scheduled'", at, id));
        await context.sleep(`wait:${wait}`, at - clock.now());
        continue;
      }
      const { allowed, reason } = await mayContact({
        sessionKey,
        channel: to.channel,
        purpose: template.purpose,
        ...(to.customerId === undefined ? {} : { customerId: to.customerId }),
      });
      if (!allowed) return void (await end(id, "refused", reason ?? "the customer does not want it"));
      try {
        await tell({ id: `template:${id}`, sessionKey, text });
      } catch (error) {
        // The conversation is gone meanwhile: trying again would change nothing.
        if (!TravelAgentError.is(error, "NOT_FOUND")) throw error;
        return void (await end(id, "failed", error.message));
      }
      await end(id, "sent");
      return;
    }
    await end(id, "failed", "its time was moved too often");
  });

  const get = async (id: string): Promise<Sending | null> => {
    const row = await db.get("select * from template_send where id = ?", id);
    return row ? read(row) : null;
  };
  const workId = (id: string): string => `${workName}:${id}`;

  return {
    migrate: () => db.migrate("templates", migrations),

    async send({ id, template: name, sessionKey, values, locale }) {
      const content = canonicalJson({ values, ...(locale === undefined ? {} : { locale }) });
      const hash = await hashOf(canonicalJson({ name, sessionKey, content }));
      const known = async (): Promise<Sending | null> => {
        const row = await db.get("select * from template_send where id = ?", id);
        if (row && row.content_hash !== hash)
          throw new TravelAgentError("IDEMPOTENCY_MISMATCH", "this id was used for another message: send the same again, or use a new id");
        return row ? read(row) : null;
      };
      const before = await known();
      if (before) return before;
      const template = templateNamed(name);
      const to = await recipientOf(sessionKey);
      if (removeCardNumbers(rendered(template, values, to, locale).text).removed)
        throw new TravelAgentError(
          "INVALID_REQUEST",
          "there is a card number in this message; take it out: card numbers are never kept here, nor sent to a customer",
        );
      const verdict = await mayContact({
        sessionKey,
        channel: to.channel,
        purpose: template.purpose,
        ...(to.customerId === undefined ? {} : { customerId: to.customerId }),
      });
      const now = clock.now();
      const at = verdict.allowed ? timeFor(to, template.kind, now) : now;
      await db.transaction(async (tx) => {
        const { changes } = await tx.run(
          `insert into template_send (id, template, session_key, customer_id, content_hash, content, status, reason, send_at, created_at)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing`,
          id,
          name,
          sessionKey,
          to.customerId ?? null,
          hash,
          verdict.allowed ? content : null,
          verdict.allowed ? "scheduled" : "refused",
          verdict.allowed ? null : (verdict.reason ?? "the customer does not want it"),
          at,
          now,
        );
        // What it says is in the row alone: the work knows the id.
        if (changes > 0 && verdict.allowed) await work.submit({ name: workName, id: workId(id), input: { id } }, tx);
      });
      if (verdict.allowed && at <= now) await work.result(workId(id), settledWithinMs).catch(() => undefined);
      return (await known())!;
    },

    get,

    async rendered({ template: name, sessionKey, values, locale, channel }) {
      const template = templateNamed(name);
      const made = rendered(template, values, { ...(await recipientOf(sessionKey)), channel }, locale);
      return { ...made, purpose: template.purpose, kind: template.kind };
    },

    async allowedAt(sessionKey, kind, from = clock.now()) {
      return timeFor(await recipientOf(sessionKey), kind, from);
    },

    async resume() {
      for (const row of await db.all("select id from template_send where status = 'scheduled' order by send_at"))
        await work.submit({ name: workName, id: workId(row.id as string), input: { id: row.id as string } });
    },
  };
}
