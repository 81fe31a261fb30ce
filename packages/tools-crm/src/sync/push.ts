import { removeCardNumbers, TravelAgentError } from "@travelagent/protocol";
import { contactOf } from "../providers/canonical.ts";
import { adopt, follow, markGone } from "./incoming.ts";
import { customerOf, type Outgoing } from "./outgoing.ts";
import { type ExchangeParts, exchanged, hashesOf, keyOf, liveCustomer, reconcile } from "./reconcile.ts";

/** What makes the vendor refuse a record for another one of theirs. */
const isDuplicate = (error: unknown): error is TravelAgentError =>
  TravelAgentError.is(error, "CONFLICT") && (error.details as { reason?: string } | undefined)?.reason === "duplicate";

const setAside = (reason: string): TravelAgentError => new TravelAgentError("SUPPLIER_REJECTED", reason);

/** Sends one customer: a new record when there is none, what is different when there is one. */
async function pushCustomer(parts: ExchangeParts, row: Outgoing, signal: AbortSignal): Promise<void> {
  const { db, provider, links, outgoing, conflicts, clock } = parts;
  const drop = () => db.transaction((tx) => outgoing.drop(tx, row));
  const customer = await liveCustomer(parts, row.subjectId);
  if (!customer) return drop();
  const link = await links.byCustomer(db, customer.id);
  if (link && link.state !== "linked") return drop();

  if (link) {
    const contact = await provider.find({ externalId: link.externalId }, { signal });
    if (!contact) return markGone(parts, link);
    const outcome = contact.externalId === link.externalId ? await reconcile(parts, link, contact, signal) : await follow(parts, link, contact);
    return outcome === "gone" ? markGone(parts, link) : drop();
  }

  if (await conflicts.isCandidate(db, customer.id))
    return db.transaction((tx) => outgoing.move(tx, row, "held", "waits for a decision about a possible duplicate"));
  if (row.sent) {
    const earlier = await provider.find({ customerId: customer.id }, { signal });
    if (earlier) {
      await reconcile(parts, await adopt(parts, customer.id, earlier, hashesOf(earlier.externalId, row.sent)), earlier, signal);
      return drop();
    }
    // It may be there and not to be found yet: another one now could be a second.
    if (clock.now() < row.sentAt + provider.capabilities.findLagMs)
      throw new TravelAgentError("IN_PROGRESS", "whether the record was made cannot be seen yet", { retryAfterMs: provider.capabilities.findLagMs });
  }
  const ours = contactOf(customer, exchanged(parts));
  await db.transaction((tx) => outgoing.sending(tx, row, ours, clock.now()));
  try {
    const key = keyOf(`create:${customer.id}`, ours);
    const made = await provider.create({ customerId: customer.id, fields: ours }, { idempotencyKey: key, signal });
    const created = await adopt(parts, customer.id, made, hashesOf(made.externalId, ours));
    await reconcile(parts, created, made, signal);
    await drop();
  } catch (error) {
    const externalId = isDuplicate(error) ? (error.details as { externalId?: string }).externalId : undefined;
    if (externalId === undefined) throw error;
    if ((await links.byExternal(db, externalId)) || (await links.outside(db, externalId))?.state === "ignored")
      throw setAside("the crm has another record like this one, and that one is not this customer's: merge the two, or change what they share");
    await db.transaction(async (tx) => {
      await links.setOutside(tx, externalId, "held", clock.now());
      await conflicts.add(tx, { kind: "possible-duplicate", state: "open", dedupe: [externalId], externalId, candidates: [customer.id] }, clock.now());
      await outgoing.move(tx, row, "held", "the crm has a record that looks like this one");
    });
  }
}

async function pushNote(parts: ExchangeParts, row: Outgoing, signal: AbortSignal): Promise<void> {
  const { db, provider, links, outgoing } = parts;
  const note = await db.get("select * from crm_note where id = ?", row.subjectId);
  const link = note?.customer_id ? await links.byCustomer(db, note.customer_id as string) : undefined;
  if (note && link?.state === "linked" && provider.addNote)
    await provider.addNote(
      link.externalId,
      { id: row.subjectId, text: removeCardNumbers(note.text as string).text, author: note.author as string, at: Number(note.created_at) },
      { idempotencyKey: `note:${row.subjectId}`, signal },
    );
  await db.transaction((tx) => outgoing.move(tx, row, "done"));
}

async function pushLead(parts: ExchangeParts, row: Outgoing, signal: AbortSignal): Promise<void> {
  const { db, provider, links, outgoing } = parts;
  const lead = await db.get("select * from crm_lead where id = ?", row.subjectId);
  const link = lead?.customer_id ? await links.byCustomer(db, lead.customer_id as string) : undefined;
  const text = (name: "destination" | "dates" | "budget") => (lead?.[name] ? { [name]: removeCardNumbers(lead[name] as string).text } : {});
  if (lead && link?.state === "linked" && provider.upsertLead) {
    const sent = {
      id: row.subjectId,
      title: removeCardNumbers(lead.summary as string).text,
      stage: lead.stage as string,
      ...text("destination"),
      ...text("dates"),
      ...text("budget"),
    };
    await provider.upsertLead(link.externalId, sent, { idempotencyKey: keyOf(`lead:${row.subjectId}`, sent), signal });
  }
  // Of this version; a later one has put the row back meanwhile.
  await db.transaction(async (tx) => {
    const now = await outgoing.get(tx, "lead", row.subjectId);
    if (now?.version === row.version) await outgoing.move(tx, row, "done");
  });
}

async function pushRemoval(parts: ExchangeParts, row: Outgoing, signal: AbortSignal): Promise<void> {
  const { db, provider, links, outgoing, clock } = parts;
  if (!provider.remove) throw setAside("this crm cannot remove records by interface; remove it there by hand");
  const customerId = customerOf(row.subjectId);
  const externalId = customerId === undefined ? row.subjectId : (await provider.find({ customerId }, { signal }))?.externalId;
  if (externalId === undefined && clock.now() < row.sentAt + provider.capabilities.findLagMs)
    throw new TravelAgentError("IN_PROGRESS", "whether the record was made cannot be seen yet", { retryAfterMs: provider.capabilities.findLagMs });
  if (externalId !== undefined) {
    await db.transaction((tx) => links.setOutside(tx, externalId, "erased", clock.now(), undefined));
    await provider.remove(externalId, { idempotencyKey: `remove:${externalId}`, signal });
  }
  await db.transaction((tx) => outgoing.drop(tx, row));
}

/** Sends what a row is about. Raises what the provider raises; rows that were dealt with are gone, done or held. */
export function push(parts: ExchangeParts, row: Outgoing, signal: AbortSignal): Promise<void> {
  const by = { customer: pushCustomer, note: pushNote, lead: pushLead, remove: pushRemoval };
  return by[row.kind](parts, row, signal);
}
