import { randomUUID } from "node:crypto";
import type { DeadLetter } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface ListOptions extends GatewayOptions {
  kind?: string;
  state: string;
  limit: string;
  cursor?: string;
}

const kinds = ["turn", "saga"] as const;
const states = ["open", "retried", "dropped", "all"] as const;

async function oneOf<T extends string>(value: string, known: readonly T[], option: string): Promise<T> {
  const found = known.find((one) => one === value);
  if (found === undefined) throw await failure("INVALID_REQUEST", `${option} must be one of ${known.join(", ")}, not "${value}"`);
  return found;
}

const counts = (of: Record<string, number>): string => {
  const parts = Object.entries(of).map(([name, count]) => `${count} ${name}`);
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
};

const row = ({ id, kind, state, code, at, preview, reason }: DeadLetter) => [id, kind, state, code, at, preview ?? reason];

export const queueCommand: AddCommand = (program, terminal) => {
  const queue = program.command("queue").description("what waits for an answer, and what failed");
  connected(queue.command("status"))
    .description("how much waits and runs")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const status = await client.call("queue.status", {}, { timeoutMs });
        out.data(status);
        out.line(`waiting       ${status.waiting}${counts(status.modes)}`);
        if (status.oldestAt) out.line(`oldest        ${status.oldestAt}`);
        out.line(`running       ${status.running}${status.slots === undefined ? "" : ` of ${status.slots} slots`}`);
        out.line(`parked        ${status.parked}`);
        out.line(`dead letters  ${status.deadLetters}`);
      }),
    );

  const letters = queue.command("dlq").description("turns and booking flows that failed");
  connected(letters.command("list"))
    .description("list what failed, newest first; what nobody has dealt with unless asked for more")
    .option("--kind <kind>", "turn or saga")
    .option("--state <state>", "open, retried, dropped, or all", "open")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action(async (options: ListOptions) => {
      const kind = options.kind === undefined ? undefined : await oneOf(options.kind, kinds, "--kind");
      const state = await oneOf(options.state, states, "--state");
      await withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const limit = await positive(options.limit, "--limit");
        const page = await client.call("queue.dlq.list", given({ kind, state, limit, cursor: options.cursor }), { timeoutMs });
        out.data(page);
        out.table(["ID", "KIND", "STATE", "CODE", "AT", "WHAT"], page.deadLetters.map(row), "no dead letters");
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      });
    });
  connected(letters.command("show"))
    .description("one of them, with what the customer wrote")
    .argument("<id>", "id of the dead letter")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("queue.dlq.get", { id }, { timeoutMs });
        out.data(found);
        const { deadLetter, messages } = found;
        for (const [name, value] of Object.entries(deadLetter)) if (name !== "preview") out.line(printable(`${name.padEnd(12)}  ${String(value)}`));
        for (const { text, receivedAt } of messages) out.line(printable(`${receivedAt}  ${text}`));
      }),
    );
  connected(letters.command("retry"))
    .description("do it again, as a run of its own")
    .argument("<id>", "id of the dead letter")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "retrying", async ({ client, out, timeoutMs }) => {
        const done = await client.call("queue.dlq.retry", { id, idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(done);
        out.line(`${id} is done again as ${done.runId}`);
      }),
    );
  connected(letters.command("drop"))
    .description("put it aside")
    .argument("<id>", "id of the dead letter")
    .requiredOption("--reason <text>", "why nothing has to be done")
    .action((id: string, options: GatewayOptions & { reason: string }) =>
      withGateway(options, terminal, "dropping", async ({ client, out, timeoutMs }) => {
        out.data(await client.call("queue.dlq.drop", { id, reason: options.reason, idempotencyKey: randomUUID() }, { timeoutMs }));
        out.line(`${id} is put aside`);
      }),
    );
};
