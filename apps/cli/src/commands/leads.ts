import { randomUUID } from "node:crypto";
import type { Params } from "@travelagent/protocol";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

const stages = ["new", "contacted", "qualified", "quoted", "won", "lost"] as const;
type Stage = (typeof stages)[number];

async function stageOf(text: string | undefined): Promise<Stage | undefined> {
  if (text === undefined) return undefined;
  const stage = stages.find((one) => one === text);
  if (!stage) throw await failure("INVALID_REQUEST", `--stage must be one of ${stages.join(", ")}, not "${text}"`);
  return stage;
}

async function moneyOf(text: string | undefined): Promise<{ amount: string; currency: string } | undefined> {
  if (text === undefined) return undefined;
  const [, amount, currency] = /^(\d{1,15}(?:\.\d{1,4})?) ?([A-Z]{3})$/.exec(text) ?? [];
  if (amount === undefined || currency === undefined) throw await failure("INVALID_REQUEST", `--value is written like "2400.00 EUR", not "${text}"`);
  return { amount, currency };
}

async function timeOf(text: string): Promise<string> {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw await failure("INVALID_REQUEST", `--due is written in ISO 8601, such as 2027-01-20T15:00:00Z, not "${text}"`);
  return at.toISOString();
}

interface Fields {
  owner?: string;
  next?: string;
  due?: string;
  value?: string;
}

async function fieldsOf({ owner, next, due, value }: Fields) {
  if (due !== undefined && next === undefined) throw await failure("INVALID_REQUEST", "--due says by when the next step is done: say which with --next");
  const nextStep = next === undefined ? undefined : { what: next, ...(due === undefined ? {} : { dueAt: await timeOf(due) }) };
  return given({ owner, nextStep, expectedValue: await moneyOf(value) });
}

export const leadsCommand: AddCommand = (program, terminal) => {
  const leads = program.command("leads").description("people who may become customers, and how far that came");
  connected(leads.command("list"))
    .description("list leads, newest first")
    .option("--stage <stage>", stages.join(", "))
    .option("--owner <name>", "looked after by")
    .option("--customer <id>", "of one customer")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where the last page ended")
    .action(async (options: GatewayOptions & { stage?: string; owner?: string; customer?: string; limit: string; cursor?: string }) => {
      const filter = given({
        stage: await stageOf(options.stage),
        owner: options.owner,
        customerId: options.customer,
        cursor: options.cursor,
        limit: await positive(options.limit, "--limit"),
      });
      await withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("leads.list", filter, { timeoutMs });
        out.data(page);
        out.table(
          ["ID", "STAGE", "OWNER", "NEXT STEP", "DUE", "SUMMARY"],
          page.leads.map(({ id, stage, owner, nextStep, summary }) => [id, stage, owner, nextStep?.what, nextStep?.dueAt, printable(summary)]),
          "no leads",
        );
        if (page.nextCursor) out.line(out.style("dim", `more: --cursor ${page.nextCursor}`));
      });
    });
  connected(leads.command("show"))
    .description("show one lead and the stages it went through")
    .argument("<id>", "id of the lead")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const found = await client.call("leads.get", { id }, { timeoutMs });
        out.data(found);
        for (const [name, value] of Object.entries(found.lead))
          out.line(`${name.padEnd(14)} ${printable(typeof value === "object" ? Object.values(value).join(" ") : String(value))}`);
        out.table(
          ["AT", "STAGE", "BY", "REASON"],
          found.history.map(({ at, stage, by, reason }) => [at, stage, by, reason]),
          "no history",
        );
      }),
    );
  connected(leads.command("create"))
    .description("write down that somebody is interested")
    .argument("<summary>", "what they want")
    .option("--session <key>", "the conversation it is about")
    .option("--customer <id>", "the customer it is about")
    .option("--source <word>", "where it comes from")
    .option("--owner <name>", "who looks after it")
    .option("--next <text>", "the next step")
    .option("--due <time>", "by when; ISO 8601")
    .option("--value <money>", 'what it would bring, such as "2400.00 EUR"')
    .action(async (summary: string, options: GatewayOptions & Fields & { session?: string; customer?: string; source?: string }) => {
      const params = {
        summary,
        ...given({ sessionKey: options.session, customerId: options.customer, source: options.source }),
        ...(await fieldsOf(options)),
        idempotencyKey: randomUUID(),
      } as Params<"leads.create">;
      await withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const made = await client.call("leads.create", params, { timeoutMs });
        out.data(made);
        out.line(made.lead.id);
      });
    });
  connected(leads.command("update"))
    .description("move a lead on, or say who does what next")
    .argument("<id>", "id of the lead")
    .option("--stage <stage>", stages.join(", "))
    .option("--reason <text>", "why it was lost")
    .option("--owner <name>", "who looks after it")
    .option("--next <text>", "the next step")
    .option("--due <time>", "by when; ISO 8601")
    .option("--value <money>", 'what it would bring, such as "2400.00 EUR"')
    .action(async (id: string, options: GatewayOptions & Fields & { stage?: string; reason?: string }) => {
      const params = {
        id,
        ...given({ stage: await stageOf(options.stage), lostReason: options.reason }),
        ...(await fieldsOf(options)),
        idempotencyKey: randomUUID(),
      } as Params<"leads.update">;
      await withGateway(options, terminal, "writing", async ({ client, out, timeoutMs }) => {
        const { lead } = await client.call("leads.update", params, { timeoutMs });
        out.data({ lead });
        out.line(`${lead.id} is ${lead.stage}`);
      });
    });
};
