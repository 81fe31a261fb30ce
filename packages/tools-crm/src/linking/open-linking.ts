import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import type { Crm } from "../crm.ts";
import { mainAgency } from "../customer-rows.ts";
import { once } from "../once.ts";
import { orderedIds } from "../ordered-id.ts";
import { asRequest, type Claim, codesSent, countClaims, hashOfTarget, insertClaim, limits, listClaims, normal, readClaim } from "./claims.ts";
import { codeLivesMs, digitsOf, hashOfCode, isSame, mostTries, newCode } from "./code.ts";
import type { Linking, LinkPorts, LinkRequest, LinkTarget, SiteCustomer } from "./linking.ts";

export interface LinkingOptions {
  db: Database;
  /** On the tables of `databaseCrm`, of the same database. */
  crm: Crm;
  ports: LinkPorts;
  /** Of this installation, kept beside the database: codes and targets are hashed with it. At least 32 characters. */
  secret: string;
  clock: Clock;
  log: Logger;
}

/** How long a claim that waits for a person can be decided. */
const waitsMs = 7 * 24 * 3_600_000;
const againMs = 15_000;
/** Under which the agency's site is an identity of its customers. */
const siteChannel = "site";

const told = (code: string): string =>
  `Somebody who writes to us from another place says to be you. If that is you, write this code there: ${code}. It counts for ten minutes. If it is not you, do nothing and give the code to nobody; we never ask for it.`;

export function openLinking({ db, crm, ports, secret, clock, log }: LinkingOptions): Linking {
  if (secret.length < 32) throw new TravelAgentError("CONFIG_INVALID", "the secret for link codes needs at least 32 characters");
  const newId = orderedIds();
  const timers = new Set<() => void>();
  let closed = false;

  /** Whose contact this is, those with the newest record first. What is on record was said by somebody: it finds, and proves nothing. */
  async function candidates(agency: string, target: LinkTarget): Promise<string[]> {
    const value = normal(target);
    if (target.kind === "booking") {
      const owner = await ports.bookingOwner(value);
      const customer = owner === undefined ? null : await crm.get(owner);
      return customer && (customer.agency ?? mainAgency) === agency && !customer.mergedInto ? [customer.id] : [];
    }
    const rows = await db.all<{ id: string }>(
      `select id from crm_customer where ${target.kind === "email" ? "email_key" : "phone"} = ? and agency = ? and merged_into is null order by seq desc limit 5`,
      value,
      agency,
    );
    return rows.map(({ id }) => id);
  }

  /** The record of somebody the site knows. */
  async function customerOfSite(agency: string, { subject, name, email, phone }: SiteCustomer): Promise<string> {
    const known = await crm.byIdentity(siteChannel, subject, agency);
    if (known) return known.id;
    const identity = { channel: siteChannel, peerId: subject, verified: true, how: "site" as const, verifiedBy: "site" };
    const [found] = email === undefined ? [] : await candidates(agency, { kind: "email", value: email });
    if (found !== undefined) {
      // Two accounts of the site with one address are two people to it.
      const taken = (await crm.identities(found)).some(({ channel, verified, removedAt }) => channel === siteChannel && verified && !removedAt);
      if (!taken) {
        await crm.addIdentity(found, identity);
        return found;
      }
    }
    const fields = { name, ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) };
    const { customer } = await crm.create(fields, { idempotencyKey: `site:${agency}:${subject}`, identity, agency });
    return customer.id;
  }

  /** Behind the answer to whoever asked: how long it takes tells nothing. */
  async function bring(claim: Claim, ids: readonly string[], code: string): Promise<void> {
    let found: { customerId: string; status: Claim["status"] } = { customerId: ids[0]!, status: "waiting" };
    for (const customerId of ids) {
      if ((await codesSent(db, customerId, clock.now())) > limits.codesPerCustomer.day) continue;
      const identities = (await crm.identities(customerId)).filter(({ verified }) => verified);
      const sent = await ports.codes.send({ id: claim.id, customerId, identities, not: claim.place.sessionKey, text: told(code) });
      if (sent === "nowhere") continue;
      found = { customerId, status: sent === "sent" ? "code-sent" : "waiting" };
      break;
    }
    await db.transaction((tx) =>
      tx.run(
        "update crm_link set customer_id = ?, status = ?, updated_at = ? where id = ? and status = 'code-sent'",
        found.customerId,
        found.status,
        clock.now(),
        claim.id,
      ),
    );
  }

  const later = (ms: number, work: () => Promise<unknown>): void => {
    if (closed) return;
    const cancel = clock.after(ms, () => {
      timers.delete(cancel);
      work().catch((error: unknown) => log.error("a claim on a record could not be carried on", { error }));
    });
    timers.add(cancel);
  };

  const provenOf = async (sessionKey: string): Promise<Claim | undefined> => {
    const row = await db.get("select * from crm_link where session_key = ? and status = 'proven' order by created_at desc, id desc limit 1", sessionKey);
    return row && readClaim(row);
  };

  /** Binds the conversation; the record it had by itself goes up in the customer's. */
  async function link(claim: Claim, how: "code" | "operator" | "site", by: string, within: boolean): Promise<void> {
    const { place, customerId } = claim;
    const { sessionKey, channel, peerId, agency } = place;
    const customer = customerId === undefined ? null : await crm.get(customerId);
    if (!customer) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
    if (customer.mergedInto !== undefined) return link({ ...claim, customerId: customer.mergedInto }, how, by, within);
    const own = (await ports.ownerOf(sessionKey)) ?? (await crm.byIdentity(channel, peerId, agency))?.id;
    const inTurn = within ? { within: sessionKey } : {};
    if (own !== undefined && own !== customer.id) {
      if (!crm.merging) throw new TravelAgentError("UNAVAILABLE", "these records cannot be merged");
      await crm.merging.merge(own, customer.id, { idempotencyKey: `link:${claim.id}`, actor: by, ...inTurn });
    }
    await ports.quiet(
      [customer.id],
      async () => {
        await crm.addIdentity(customer.id, { channel, peerId, verified: true, how, verifiedBy: by });
        await crm.ensureCustomer({ sessionKey, customerId: customer.id, channel, peerId, name: customer.name, ...(agency === undefined ? {} : { agency }) });
        await ports.bind(place, customer.id, customer.name);
      },
      { ...inTurn, sessions: [sessionKey] },
    );
    await db.transaction(async (tx) => {
      const { changes } = await tx.run(
        "update crm_link set status = 'linked', customer_id = ?, code = null, decided_by = ?, updated_at = ? where id = ? and status <> 'linked'",
        customer.id,
        by,
        clock.now(),
        claim.id,
      );
      if (changes > 0)
        await crm.events?.add(tx, {
          customerId: customer.id,
          kind: "link",
          data: {
            what: `${channel} conversation linked, ${how === "code" ? "by a code" : how === "site" ? "by the site they are signed in at" : "by a person"}`,
          },
          actor: by,
          at: clock.now(),
        });
    });
  }

  const settleLater = (ms: number, id: string, sessionKey: string): void =>
    later(ms, async () => {
      if (await settle(sessionKey)) await ports.welcome({ id, sessionKey });
    });

  const settle: Linking["settle"] = async (sessionKey, { within = false } = {}) => {
    const claim = await provenOf(sessionKey);
    if (!claim) return false;
    try {
      const how = claim.kind === "site" ? "site" : "code";
      await link(claim, how, how, within);
      return true;
    } catch (error) {
      if (!TravelAgentError.is(error) || !error.retryable) {
        log.error("a conversation whose code was right could not be linked; a person has to decide", { claim: claim.id, error });
        await db.transaction((tx) => tx.run("update crm_link set status = 'waiting', updated_at = ? where id = ?", clock.now(), claim.id));
        return false;
      }
      // Somebody is being answered in a conversation of theirs, or a store is busy: it is tried again.
      settleLater(againMs, claim.id, sessionKey);
      return false;
    }
  };

  const requestOf = async (id: string): Promise<LinkRequest> => {
    const row = await db.get("select l.*, c.name as customer_name from crm_link l join crm_customer c on c.id = l.customer_id where l.id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such request");
    return asRequest(row);
  };

  return {
    async request(place, target, { idempotencyKey }) {
      const agency = place.agency ?? mainAgency;
      const hash = hashOfTarget(secret, agency, target);
      const now = clock.now();
      const ids = await candidates(agency, target);
      const own = (await ports.ownerOf(place.sessionKey)) ?? (await crm.byIdentity(place.channel, place.peerId, agency))?.id;
      const others = ids.filter((id) => id !== own);
      const code = newCode();
      let made: Claim | undefined;
      await db.transaction(async (tx) => {
        const args = { sessionKey: place.sessionKey, hash };
        await once(tx, { operation: "link", key: idempotencyKey, args, now }, async () => {
          await countClaims(tx, { sessionKey: place.sessionKey, target: hash, now });
          const id = newId("link", now);
          made = {
            id,
            place: { ...place, agency },
            kind: target.kind,
            ...(others[0] === undefined ? {} : { customerId: others[0] }),
            status: "code-sent",
            code: hashOfCode(secret, id, code),
            tries: 0,
            expiresAt: now + codeLivesMs,
            createdAt: now,
          };
          await insertClaim(tx, made, hash);
          return id;
        });
      });
      const claim = made;
      if (claim && others.length > 0) later(0, () => bring(claim, others, code));
    },

    async awaits(sessionKey) {
      const row = await db.get(
        "select 1 as found from crm_link where session_key = ? and status in ('code-sent', 'waiting') and code is not null and expires_at > ? limit 1",
        sessionKey,
        clock.now(),
      );
      return row !== undefined;
    },

    confirm: (sessionKey, given) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const row = await tx.get(
          `select * from crm_link where session_key = ? and status in ('code-sent', 'waiting') and code is not null and expires_at > ?
           order by created_at desc, id desc limit 1`,
          sessionKey,
          now,
        );
        const claim = row && readClaim(row);
        // Without a claim the same work is done.
        const right = isSame(claim?.code ?? "0".repeat(64), hashOfCode(secret, claim?.id ?? "none", digitsOf(given)));
        if (!claim) return false;
        if (right && claim.customerId !== undefined) {
          await tx.run("update crm_link set status = 'proven', code = null, updated_at = ? where id = ?", now, claim.id);
          return true;
        }
        const over = claim.tries + 1 >= mostTries;
        await tx.run(
          `update crm_link set tries = tries + 1, updated_at = ?${over ? `, code = null, status = ${claim.status === "waiting" ? "'waiting'" : "'expired'"}` : ""} where id = ?`,
          now,
          claim.id,
        );
        return false;
      }),

    settle,

    async vouch(place, who, { idempotencyKey }) {
      const agency = place.agency ?? mainAgency;
      const customerId = await customerOfSite(agency, who);
      const own = (await ports.ownerOf(place.sessionKey)) ?? (await crm.byIdentity(place.channel, place.peerId, agency))?.id;
      if (own === customerId) return { customerId, linked: true };
      const others =
        own === undefined ? [] : (await crm.identities(own)).filter(({ channel, verified, removedAt }) => channel === siteChannel && verified && !removedAt);
      if (others.length > 0) throw new TravelAgentError("CONFLICT", "this conversation is that of somebody else who is known at the site");
      const now = clock.now();
      await db.transaction((tx) =>
        once(tx, { operation: "vouch", key: idempotencyKey, args: { sessionKey: place.sessionKey, customerId }, now }, async () => {
          const id = newId("link", now);
          const claim: Claim = { id, place: { ...place, agency }, kind: "site", customerId, status: "proven", tries: 0, expiresAt: now, createdAt: now };
          await insertClaim(tx, claim, hashOfTarget(secret, agency, { kind: "booking", value: `site:${who.subject}` }));
          return id;
        }),
      );
      return { customerId, linked: await settle(place.sessionKey) };
    },

    list: ({ status = "waiting", limit = 50 } = {}) => listClaims(db, { status, limit }),

    async decide(id, decision, by) {
      const row = await db.get("select * from crm_link where id = ? and customer_id is not null", id);
      if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such request");
      const claim = readClaim(row);
      const wanted = decision === "link" ? "linked" : "rejected";
      if (claim.status === wanted) return requestOf(id);
      if (!["waiting", "code-sent", "proven"].includes(claim.status) || claim.createdAt + waitsMs < clock.now())
        throw new TravelAgentError("CONFLICT", `this request is ${claim.status === "waiting" ? "too old" : claim.status}; let the customer ask again`);
      if (decision === "link") {
        await link(claim, "operator", by, false);
        await ports.welcome({ id, sessionKey: claim.place.sessionKey });
      } else
        await db.transaction((tx) =>
          tx.run(
            "update crm_link set status = 'rejected', code = null, decided_by = ?, updated_at = ? where id = ? and status <> 'linked'",
            by,
            clock.now(),
            id,
          ),
        );
      return requestOf(id);
    },

    async resume() {
      const rows = await db.all<{ id: string; session_key: string }>("select id, session_key from crm_link where status = 'proven'");
      for (const { id, session_key } of rows) settleLater(0, id, session_key);
    },

    close() {
      closed = true;
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
