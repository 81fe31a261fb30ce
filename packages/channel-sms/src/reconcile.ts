import type { Receipt } from "@travelagent/protocol/messages";
import { fingerprintOf, type SmsLedger } from "./ledger.ts";
import type { KeptMessage, SmsProvider } from "./provider.ts";

/** Clocks of platforms are not ours, and a second is their smallest step. */
const slackMs = 60_000;

/**
 * What became of a message after a crash. Where the platform keeps what it sent, the part that was under way is looked for by number and
 * text among what is no other message of ours. What is not found there stays in doubt: it is not sent again.
 */
export function createReconcile({ provider, ledger, accountId }: { provider: SmsProvider; ledger: SmsLedger; accountId: string }) {
  async function find(to: string, fingerprint: string, since: number, signal: AbortSignal): Promise<string | undefined> {
    const kept: KeptMessage[] = (await provider.kept?.(to, signal)) ?? [];
    for (const { externalId, text, at } of kept)
      if (at >= since - slackMs && fingerprintOf(text) === fingerprint && !(await ledger.isKnown(accountId, externalId))) return externalId;
    return undefined;
  }

  return async (to: string, id: string, signal: AbortSignal): Promise<Receipt | null> => {
    const parts = await ledger.parts(accountId, id);
    let last: string | undefined;
    let open = parts.length === 0;
    for (const { part, state, externalId, fingerprint, attemptedAt } of parts) {
      if (state === "reserved") open = true;
      if (state === "sent") last = externalId;
      if (state !== "attempting") continue;
      const found = await find(to, fingerprint, attemptedAt, signal).catch(() => undefined);
      if (found === undefined) return { status: "unknown", reason: `${provider.name} cannot say whether this was sent` };
      await ledger.sent(accountId, id, part, found);
      last = found;
    }
    // What was not tried yet goes out; what was sent is not sent again.
    if (open) return null;
    return { status: "sent", ...(last === undefined ? {} : { externalId: last }) };
  };
}
