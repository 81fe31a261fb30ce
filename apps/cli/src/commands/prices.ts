import { sparkline } from "@travelagent/travel-jobs/charts";
import { connected, type GatewayOptions, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

export const pricesCommand: AddCommand = (program, terminal) => {
  connected(program.command("prices"))
    .description("what the items of a booking cost since they were bought, as the price monitoring saw it")
    .argument("<booking>", "reference or id")
    .option("--limit <n>", "at most this many looks, the newest", "60")
    .action((booking: string, options: GatewayOptions & { limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("prices.history", { booking, limit: await positive(options.limit, "--limit") }, { timeoutMs });
        out.data(found);
        for (const { summary, paid, looks } of found.items) {
          out.line(out.style("bold", printable(summary)));
          out.line(`bought for ${paid.amount} ${paid.currency}`);
          const priced = looks.flatMap(({ at, price }) => (price ? [{ at, price }] : []));
          const last = priced.at(-1);
          if (!last) {
            out.line(looks.length === 0 ? "nobody has looked yet" : "it was not for sale again");
            continue;
          }
          const amounts = priced.map(({ price }) => Number(price.amount));
          out.line(sparkline(looks.map(({ price }) => (price ? Number(price.amount) : undefined))));
          out.line(
            `${looks[0]!.at.slice(0, 10)} to ${last.at.slice(0, 10)}: lowest ${Math.min(...amounts)}, highest ${Math.max(...amounts)}, now ${last.price.amount} ${last.price.currency}`,
          );
        }
      }),
    );
};
