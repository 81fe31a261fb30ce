import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { MergingPorts } from "@travelagent/tools-crm";
import type { QuietLanes } from "./quiet-lanes.ts";

/** What merging two records needs of the gateway: every store that keeps something by customer, and lanes that stand still meanwhile. */
export const mergingPorts = ({
  quiet,
  stores,
  onMerged,
}: {
  quiet: QuietLanes;
  /** Not before everything is wired. */
  stores(): readonly PersonalDataStore[];
  onMerged(customerIds: readonly string[]): void;
}): MergingPorts => ({
  stores,
  onMerged,
  quiet: (customerIds, work, within) => quiet.run(customerIds, work, within === undefined ? {} : { within }),
});
