import { connected, type GatewayOptions, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface Line {
  kind: string;
  store: string;
  days?: number | undefined;
  before?: string | undefined;
  removed: number;
  kept: number;
  error?: string | undefined;
}

const rowOf = ({ store, days, before, removed, kept, error }: Line): (string | undefined)[] => [
  store,
  days === undefined ? "no end" : `${days} days`,
  before?.slice(0, 10),
  String(removed),
  String(kept),
  error,
];

/** Removing takes long where years have gathered. */
const longestMs = 3_600_000;

export const privacyCommand: AddCommand = (program, terminal) => {
  const privacy = program.command("privacy").description("what is kept of customers, and for how long");
  connected(privacy.command("retention"))
    .description("remove what its time is over of, as privacy.retention says; happens once a day by itself")
    .option("--dry-run", "only say what would be removed")
    .option("--status", "the last run and when the next one is")
    .action((options: GatewayOptions & { dryRun?: boolean; status?: boolean }) =>
      withGateway(options, terminal, options.dryRun || options.status ? "reading" : "writing", async ({ client, out, timeoutMs }) => {
        const columns = ["WHAT", "KEPT FOR", "OLDER THAN", options.dryRun ? "WOULD GO" : "REMOVED", "STILL NEEDED", "PROBLEM"];
        if (options.status) {
          const status = await client.call("privacy.retention.status", {}, { timeoutMs });
          out.data(status);
          out.line(`${status.running ? "running now" : "not running"}; next ${printable(String(status.nextAt ?? "unknown"))}`);
          if (status.last) out.table(columns, status.last.lines.map(rowOf), "nothing");
          return;
        }
        const run = await client.call("privacy.retention.run", { dryRun: options.dryRun ?? false }, { timeoutMs: Math.max(timeoutMs, longestMs) });
        out.data(run);
        out.table(columns, run.lines.map(rowOf), "nothing");
      }),
    );
};
