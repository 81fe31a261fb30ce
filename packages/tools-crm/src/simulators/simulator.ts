import type { ContactFields } from "../providers/provider.ts";
import type { BookEntry } from "./book.ts";
import type { SimulatorServer } from "./server.ts";

/** A record of the other side in our words. */
export interface OutsideContact {
  externalId: string;
  customerId?: string;
  fields: ContactFields;
}

/** Another CRM on this machine, with what a person does in its pages. */
export interface CrmSimulator extends SimulatorServer {
  /** Those that are there. */
  contacts(): OutsideContact[];
  /** Everything that was ever written, in the vendor's own words. */
  readonly entries: readonly BookEntry[];
  notes(): { externalId: string; id: string; text: string }[];
  leads(): { externalId: string; id: string; title: string; stage: string }[];
  /** A person adds a record; its id. */
  add(fields: ContactFields): string;
  /** A person changes one. */
  edit(externalId: string, fields: ContactFields): void;
  /** A person removes one. */
  discard(externalId: string): void;
  /** Signed as the vendor signs, ready to be sent to the gateway's address. */
  delivery?(url: string, externalIds: readonly string[]): { method: string; url: string; headers: Record<string, string>; body: string };
  /** `channels.crm` of a gateway that is to use it. */
  readonly settings: Readonly<Record<string, string>>;
}
