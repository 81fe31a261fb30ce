import { randomUUID } from "node:crypto";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { type Output, printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

const states = ["open", "settled", "resolved"] as const;
const actions = ["ours", "theirs", "link", "apart", "recreate", "retry", "dismiss"] as const;

async function oneOf<T extends string>(list: readonly T[], text: string, name: string): Promise<T> {
  const found = list.find((one) => one === text);
  if (found === undefined) throw await failure("INVALID_REQUEST", `${name} is one of ${list.join(", ")}, not "${text}"`);
  return found;
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? printable(value) : undefined);

function facts(out: Output, found: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(found)) out.line(`${key.padEnd(12)} ${printable(String(value))}`);
}

export const crmCommand: AddCommand = (program, terminal) => {
  const crm = program.command("crm").description("the exchange of customers with another CRM");
  connected(crm.command("status"))
    .description("say how the exchange goes")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const found = await client.call("crm.status", {}, { timeoutMs });
        out.data(found);
        facts(out, found);
      }),
    );
  connected(crm.command("sync"))
    .description("exchange now, without waiting for the next time")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "asking", async ({ client, out, timeoutMs }) => {
        const found = await client.call("crm.sync", { idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(found);
        out.line("the exchange has begun; see travelagent crm status");
      }),
    );
  connected(crm.command("conflicts"))
    .description("list what waits for a decision, newest first")
    .option("--state <state>", states.join(", "), "open")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action(async (options: GatewayOptions & { state: string; limit: string; cursor?: string }) => {
      const filter = given({
        state: await oneOf(states, options.state, "--state"),
        limit: await positive(options.limit, "--limit"),
        cursor: options.cursor,
      });
      await withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("crm.conflicts", filter, { timeoutMs });
        out.data(page);
        out.table(
          ["ID", "KIND", "CUSTOMER", "RECORD", "FIELD", "OURS", "THEIRS"],
          page.conflicts.map((one) => [
            one.id,
            one.kind,
            text(one.customerId) ?? (Array.isArray(one.candidates) ? one.candidates.join(" ") : undefined),
            text(one.externalId),
            text(one.field) ?? text(one.subject),
            text(one.ours) ?? text(one.reason),
            text(one.theirs),
          ]),
          "no conflicts",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      });
    });
  connected(crm.command("resolve"))
    .description("decide a conflict")
    .argument("<id>", "id of the conflict")
    .argument("<action>", actions.join(", "))
    .option("--customer <id>", "of link: whose record it is")
    .addHelpText("after", "\nExample:\n  travelagent crm resolve crmc_1 link --customer cus_1")
    .action(async (id: string, action: string, options: GatewayOptions & { customer?: string }) => {
      const decision = { id, action: await oneOf(actions, action, "the action"), ...given({ customerId: options.customer }), idempotencyKey: randomUUID() };
      await withGateway(options, terminal, "deciding", async ({ client, out, timeoutMs }) => {
        const { conflict } = await client.call("crm.resolve", decision, { timeoutMs });
        out.data({ conflict });
        out.line(`${conflict.id} is ${conflict.state}: ${text(conflict.resolution) ?? action}`);
      });
    });
};
