import type { ChannelAdapter, DeskSurface } from "@travelagent/channel-kit";
import type { CredentialStore, StatePaths } from "@travelagent/config";
import type { HttpRoute } from "@travelagent/gateway-core";
import type { AgencyOfAccount, PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";

/** What one account of a channel brings. */
export interface ChannelParts {
  adapter: ChannelAdapter;
  /** Where its platform posts to. */
  routes?: readonly HttpRoute[];
  /** Tables and files of its own with data of customers. */
  personalData?: readonly PersonalDataStore[];
  /** Its rooms for people of the agency. */
  desk?: DeskSurface;
}

export interface ChannelContext {
  /** `default` for what stands directly in the channel's section. */
  accountId: string;
  /** Of its section in the configuration, for errors: `channels.telegram`, `channels.telegram.accounts.second`. */
  path: string;
  /** Where platforms reach this gateway, without a slash at the end. */
  publicUrl(): string;
  db: Database;
  paths: StatePaths;
  /** The agency's encrypted credentials: keys and sessions of accounts are kept there, or under a key that is. */
  credentials: CredentialStore;
  /** Whose an account is, where several agencies share the installation: the same number at two of them is two people. */
  agencyOf: AgencyOfAccount;
  /** Rooms of the desk on this account: what is said in them is no customer's and reaches no agent. */
  deskRooms: readonly string[];
  clock: Clock;
  log: Logger;
}

/** Makes an adapter of a section; undefined where too little is in it to be switched on. Loaded when such a section is there. */
export type OpenChannel<Section> = (section: Section, context: ChannelContext) => Promise<ChannelParts | undefined>;
