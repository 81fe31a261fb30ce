import { randomUUID } from "node:crypto";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

const ends = { keep: "kept", waive: "waived", break: "broken", reopen: "open" } as const;
const described = {
  keep: "it was done",
  waive: "the customer no longer wants it",
  break: "it was not done",
  reopen: "it is still to be done",
} as const;

export const promisesCommand: AddCommand = (program, terminal) => {
  const promises = program.command("promises").description("what customers were promised, and by when");
  connected(promises.command("list"))
    .description("list promises, those due first first; open ones unless told otherwise")
    .option("--overdue", "only those whose time is over")
    .option("--all", "settled ones too")
    .option("--customer <id>", "to one customer")
    .option("--session <key>", "in one conversation")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action((options: GatewayOptions & { overdue?: boolean; all?: boolean; customer?: string; session?: string; limit: string; cursor?: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "promises.list",
          given({
            status: options.all ? undefined : ("open" as const),
            overdue: options.overdue,
            customerId: options.customer,
            sessionKey: options.session,
            cursor: options.cursor,
            limit: await positive(options.limit, "--limit"),
          }),
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["ID", "STATUS", "DUE", "BY", "PROMISE"],
          page.promises.map(({ id, status, overdue, dueAt, promisedBy, actor, text }) => [
            id,
            overdue ? "overdue" : status,
            dueAt,
            actor ?? promisedBy,
            printable(text),
          ]),
          "no promises",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      }),
    );
  connected(promises.command("add"))
    .description("write down a promise")
    .argument("<text>", "what was promised")
    .requiredOption("--due <time>", "by when; ISO 8601")
    .option("--session <key>", "the conversation it was made in")
    .option("--customer <id>", "the customer it was made to")
    .option("--note <text>", "for colleagues")
    .action((text: string, options: GatewayOptions & { due: string; session?: string; customer?: string; note?: string }) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const made = await client.call(
          "promises.add",
          {
            text,
            dueAt: options.due,
            ...given({ sessionKey: options.session, customerId: options.customer, note: options.note }),
            idempotencyKey: randomUUID(),
          },
          { timeoutMs },
        );
        out.data(made);
        out.line(made.promise.id);
      }),
    );
  connected(promises.command("edit"))
    .description("change an open promise")
    .argument("<id>", "id of the promise")
    .option("--text <text>", "what was promised")
    .option("--due <time>", "by when; ISO 8601")
    .option("--note <text>", "for colleagues")
    .action((id: string, options: GatewayOptions & { text?: string; due?: string; note?: string }) =>
      withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { promise } = await client.call(
          "promises.update",
          { id, ...given({ text: options.text, dueAt: options.due, note: options.note }), idempotencyKey: randomUUID() },
          { timeoutMs },
        );
        out.data({ promise });
        out.line(`${promise.id} is due ${promise.dueAt}`);
      }),
    );
  for (const verb of ["keep", "waive", "break", "reopen"] as const)
    connected(promises.command(verb))
      .description(described[verb])
      .argument("<id>", "id of the promise")
      .option("--note <text>", "for colleagues")
      .action((id: string, options: GatewayOptions & { note?: string }) =>
        withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
          const { promise } = await client.call(
            "promises.settle",
            { id, status: ends[verb], ...given({ note: options.note }), idempotencyKey: randomUUID() },
            { timeoutMs },
          );
          out.data({ promise });
          out.line(`${promise.id} is ${promise.status}`);
        }),
      );
};
