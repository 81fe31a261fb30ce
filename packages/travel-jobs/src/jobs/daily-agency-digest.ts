import type { Workflow } from "@travelagent/cron";
import * as z from "zod";
import { type Digests, digestPage, digestText } from "../digest.ts";
import { type JobParts, travelJob } from "../job.ts";

/** Keeps the page of a day where people of the agency find it. The same day again replaces it. Where it is. */
export type KeepPage = (date: string, html: string) => Promise<string>;

const Params = z.strictObject({});

const keptMs = 800 * 86_400_000;

/** Yesterday in figures: as the summary of the run, and as a page. */
export function dailyAgencyDigest(parts: JobParts, { digests, keepPage }: { digests: Digests; keepPage: KeepPage }): Workflow {
  return travelJob(parts, {
    name: "daily-agency-digest",
    description: "Yesterday's figures with a chart: as the summary of the run and as a page.",
    params: Params,
    async work(run) {
      const digest = await digests.of(digests.yesterday(run.slot));
      run.count("bookings", digest.bookings.made);
      run.say(digestText(digest));
      if (run.dryRun) return;
      // No job looks at bookings that are so old: nothing of them is done again.
      await parts.effects.forget(parts.clock.now() - keptMs);
      const path = await keepPage(digest.date, digestPage(digest));
      run.say(`page: ${path}`);
    },
  });
}
