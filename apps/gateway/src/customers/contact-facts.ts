import type { Crm } from "@travelagent/tools-crm";
import type { CustomersOptions } from "./open-customers.ts";

/** What it takes to write to the customer of a conversation as they like it. */
export interface ContactFacts {
  channel: string;
  customerId?: string;
  /** Of the record, else of the platform, else of the agency. IANA. */
  timeZone: string;
  /** Of the record, else of the agency. BCP 47. */
  locale: string;
}

/** Null for a conversation that never was. */
export const contactFacts =
  ({ crm, config, gateway, timeZone }: Pick<CustomersOptions, "config" | "gateway" | "timeZone"> & { crm: Pick<Crm, "get"> }) =>
  async (sessionKey: string): Promise<ContactFacts | null> => {
    const conversation = await gateway().correspondence.conversation(sessionKey);
    if (!conversation) return null;
    const { address, customerId } = conversation;
    const customer = customerId === undefined ? null : await crm.get(customerId);
    return {
      channel: address.channel,
      ...(customerId === undefined ? {} : { customerId }),
      timeZone: known(customer?.timeZone) ?? known(conversation.timeZone) ?? timeZone,
      locale: customer?.language ?? config().agency.locale,
    };
  };

/** A platform or a person may have named what is no zone. */
function known(timeZone: string | undefined): string | undefined {
  if (timeZone === undefined) return undefined;
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
