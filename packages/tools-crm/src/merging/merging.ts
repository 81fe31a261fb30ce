import type { Customer } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { DuplicateGroup } from "../duplicates.ts";

/** Two records of one person become one, and that can be undone. */
export interface Merging {
  /** Records of one agency that may be one person: those like `customerId`, else groups among all. Nothing is linked by it. */
  duplicates(filter: { customerId?: string; agency?: string; limit?: number }): Promise<DuplicateGroup[]>;
  /**
   * `id` goes up in `into`: everything of it changes hands in one commit, `into` keeps what it says and gets what it lacked.
   * Raises `CONFLICT` for one that was merged already and for the same record twice, `FORBIDDEN` for records of two agencies,
   * `UNAVAILABLE` while somebody is being answered in a conversation of either for too long.
   */
  merge(id: string, into: string, call: MergeCall): Promise<{ customer: Customer; moved: number }>;
  /**
   * Gives back exactly what the merge of `id` moved; what came later stays with the survivor. Fields it filled are emptied where they
   * still say the same. Raises `CONFLICT` when `id` is not merged, or the survivor was itself merged since.
   */
  unmerge(id: string, call: MergeCall): Promise<{ customer: Customer; survivor: Customer; returned: number }>;
}

export interface MergeCall {
  idempotencyKey: string;
  /** Name for the record. */
  actor: string;
  /** A conversation of one of them in whose turn this happens, before anything was read in it. */
  within?: string;
}

/** What merging needs of the program around it. */
export interface MergingPorts {
  /** Every other store that holds something by customer. */
  stores(): readonly PersonalDataStore[];
  /**
   * Runs `work` while no turn runs in any conversation of these customers, and keeps new ones waiting until it is done: a turn sees
   * both records as they were or the one they became, never something in between. Raises `UNAVAILABLE` when one does not end soon.
   */
  quiet<T>(customerIds: readonly string[], work: () => Promise<T>, within?: string): Promise<T>;
  /** After a commit: these records are other than they were. */
  onMerged(customerIds: readonly string[]): void;
}

/** Where nothing else is kept and nobody is answered. */
export const alone: MergingPorts = { stores: () => [], quiet: (_, work) => work(), onMerged: () => {} };
