import { promisesIn } from "./detect.ts";
import type { Obligation, Obligations, PromisedBy } from "./obligation.ts";

/** A message as the customer got it. */
export interface OutgoingMessage {
  id: string;
  runId?: string;
  sessionKey: string;
  text: string;
  author: PromisedBy;
  actor?: string;
  /** Milliseconds. */
  sentAt: number;
}

export interface OutgoingOptions {
  obligations: Pick<Obligations, "addFromMessage">;
  /** Whose conversation it is, and the zone they live in. Null for one that is gone. */
  customerOf(sessionKey: string): Promise<{ customerId?: string; timeZone: string } | null>;
}

/** Writes down what a message promises. The same message again adds nothing. Resolves with what is new. */
export const hearOutgoing =
  ({ obligations, customerOf }: OutgoingOptions) =>
  async ({ id, runId, sessionKey, text, author, actor, sentAt }: OutgoingMessage): Promise<Obligation[]> => {
    // Most messages promise nothing: that is found without asking anybody.
    if (promisesIn(text, { saidAt: sentAt, timeZone: "UTC" }).length === 0) return [];
    const customer = await customerOf(sessionKey);
    if (!customer) return [];
    const promises = promisesIn(text, { saidAt: sentAt, timeZone: customer.timeZone });
    return obligations.addFromMessage({
      messageId: id,
      sessionKey,
      customerId: customer.customerId,
      promisedBy: author,
      saidAt: sentAt,
      promises: promises.map(({ quote, deadline }) => ({ quote, dueAt: deadline.at, assumed: deadline.assumed })),
      ...(runId === undefined ? {} : { runId }),
      ...(actor === undefined ? {} : { actor }),
    });
  };
