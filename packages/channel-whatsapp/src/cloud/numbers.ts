import { TravelAgentError } from "@travelagent/protocol";
import type { CloudChange } from "./webhook.ts";

/** One number of WhatsApp, as posts of WhatsApp find it. */
export interface CloudNumber {
  readonly phoneNumberId: string;
  readonly accountId: string;
  /** A post counts for a number only when it is signed with the secret of that number's app. */
  readonly appSecret: string;
  /** Where stated, what comes for another business account is passed over. */
  readonly businessAccountId?: string;
  /** As people write it, once it is known. */
  displayNumber(): string | undefined;
  isRunning(): boolean;
  /** Resolves when everything in it is durable. */
  take(change: CloudChange): Promise<void>;
  warn(message: string, fields: Record<string, unknown>): void;
}

/**
 * The numbers of this installation. WhatsApp has one address for all numbers of an app, so that one post may carry messages for several
 * of them: each change goes to the account whose number it is for, whichever address it came to.
 */
export interface CloudNumbers {
  /** Raises `CONFIG_INVALID` when another account has this number. */
  join(number: CloudNumber): void;
  /** `via`: at whose address it came. Rejects with `UNAVAILABLE` when one of them cannot take its part now: WhatsApp delivers all again. */
  route(changes: readonly CloudChange[], via: CloudNumber): Promise<void>;
}

export function cloudNumbers(): CloudNumbers {
  const numbers = new Map<string, CloudNumber>();

  /** Whom a change is for; empty, and said, when it is nobody's here. */
  function addressees({ businessAccountId, field, value }: CloudChange, via: CloudNumber): CloudNumber[] {
    const ours = [...numbers.values()].filter(
      (one) => one.appSecret === via.appSecret && (one.businessAccountId === undefined || one.businessAccountId === businessAccountId),
    );
    const phoneNumberId = value.metadata?.phone_number_id;
    if (phoneNumberId === undefined) {
      const shown = value.display_phone_number?.replace(/\D/g, "");
      return shown === undefined ? ours : ours.filter((one) => one.displayNumber()?.replace(/\D/g, "") === shown);
    }
    const found = ours.filter((one) => one.phoneNumberId === phoneNumberId);
    if (found.length === 0)
      via.warn("a post of WhatsApp is for a number that is not configured here, or of another app or business account; it was passed over", {
        phoneNumberId,
        businessAccountId,
        field,
      });
    return found;
  }

  return {
    join(number) {
      const known = numbers.get(number.phoneNumberId);
      if (known && known.accountId !== number.accountId && known.isRunning())
        throw new TravelAgentError(
          "CONFIG_INVALID",
          `the WhatsApp accounts ${known.accountId} and ${number.accountId} have the same phoneNumberId; give each number to one account`,
        );
      numbers.set(number.phoneNumberId, number);
    },
    async route(changes, via) {
      const parts = changes.flatMap((change) => addressees(change, via).map((number) => ({ number, change })));
      if (!via.isRunning() || parts.some(({ number }) => !number.isRunning()))
        throw new TravelAgentError("UNAVAILABLE", "the channel is not running; deliver this again later");
      // In order for one number; numbers beside each other. Everybody is heard before an error is told.
      const byNumber = Map.groupBy(parts, ({ number }) => number);
      const outcomes = await Promise.allSettled(
        [...byNumber].map(async ([number, own]) => {
          for (const { change } of own) await number.take(change);
        }),
      );
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    },
  };
}
