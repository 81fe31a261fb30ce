import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { failure } from "../failure.ts";
import { connected, type GatewayOptions, given, positive, withGateway } from "../gateway-command.ts";
import { printable } from "../output.ts";
import type { AddCommand } from "../run.ts";

interface JobOptions extends GatewayOptions {
  name?: string;
  description?: string;
  at?: string;
  every?: string;
  cron?: string;
  tz?: string;
  systemEvent?: string;
  message?: string;
  workflow?: string;
  params?: string;
  session?: "main" | "isolated";
  wake?: "now" | "next-heartbeat";
  agent?: string;
  clearAgent?: boolean;
  model?: string;
  thinking?: string;
  timeoutSeconds?: string;
  deliver?: boolean;
  channel?: string;
  to?: string;
  bestEffortDeliver?: boolean;
  postPrefix?: string;
  postMode?: "summary" | "full";
  postMaxChars?: string;
  deleteAfterRun?: boolean;
  catchUp?: "latest" | "all" | "skip";
  whenInterrupted?: "retry" | "skip";
  disabled?: boolean;
  enable?: boolean;
  disable?: boolean;
}

interface ShownJob {
  id: string;
  name: string;
  enabled: boolean;
  schedule: { kind: string; atMs?: number; at?: string; everyMs?: number; expr?: string; tz?: string };
  state: { nextRunAtMs?: number; runningAtMs?: number; lastStatus?: string };
}

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** Milliseconds of `90m`, `2h`, `1d`. */
function durationOf(text: string): number | undefined {
  const [, count, unit] = /^(\d+)(s|m|h|d|w)$/.exec(text.trim()) ?? [];
  return count === undefined ? undefined : Number(count) * units[unit!]!;
}

const time = (ms: number | undefined): string => (ms === undefined ? "" : new Date(ms).toISOString().replace(/\.\d+Z$/, "Z"));

function whenOf({ kind, atMs, at, everyMs = 0, expr, tz }: ShownJob["schedule"]): string {
  if (kind === "at") return `at ${at ?? time(atMs)}`;
  if (kind === "cron") return `cron ${expr}${tz ? ` (${tz})` : ""}`;
  const [unit, ms] = Object.entries(units)
    .reverse()
    .find(([, one]) => everyMs % one === 0) ?? ["ms", 1];
  return `every ${everyMs / ms}${unit}`;
}

async function scheduleOf({ at, every, cron, tz }: JobOptions): Promise<Record<string, unknown> | undefined> {
  const named = [at, every, cron].filter((one) => one !== undefined);
  if (named.length > 1) throw await failure("INVALID_REQUEST", "give one of --at, --every and --cron");
  if (tz !== undefined && cron === undefined) throw await failure("INVALID_REQUEST", "--tz goes with --cron");
  if (cron !== undefined) return { kind: "cron", expr: cron, ...given({ tz }) };
  if (every !== undefined) {
    const everyMs = durationOf(every);
    if (!everyMs) throw await failure("INVALID_REQUEST", `--every must be a time such as 90m, 2h or 1d, not "${every}"`);
    return { kind: "every", everyMs };
  }
  if (at === undefined) return undefined;
  const from = durationOf(at);
  return { kind: "at", at: from === undefined ? at : new Date(Date.now() + from).toISOString() };
}

async function payloadOf(options: JobOptions): Promise<Record<string, unknown> | undefined> {
  const { systemEvent, message, workflow, params, model, thinking, timeoutSeconds, deliver, channel, to, bestEffortDeliver } = options;
  if ([systemEvent, message, workflow].filter((one) => one !== undefined).length > 1)
    throw await failure("INVALID_REQUEST", "give one of --system-event, --message and --workflow");
  if (systemEvent !== undefined) return { kind: "systemEvent", text: systemEvent };
  if (workflow !== undefined || params !== undefined) {
    let parsed: unknown;
    try {
      parsed = params === undefined ? undefined : JSON.parse(params);
    } catch {
      throw await failure("INVALID_REQUEST", "--params must be JSON");
    }
    return { kind: "workflow", ...given({ name: workflow, params: parsed }) };
  }
  const fields = given({
    message,
    model,
    thinking,
    timeoutSeconds: timeoutSeconds === undefined ? undefined : await positive(timeoutSeconds, "--timeout-seconds"),
    deliver,
    channel,
    to,
    bestEffortDeliver,
  });
  return Object.keys(fields).length === 0 ? undefined : { kind: "agentTurn", ...fields };
}

async function fieldsOf(options: JobOptions): Promise<Record<string, unknown>> {
  const { name, description, agent, session, wake, deleteAfterRun, catchUp, whenInterrupted, postPrefix, postMode, postMaxChars } = options;
  const isolation = given({
    postToMainPrefix: postPrefix,
    postToMainMode: postMode,
    postToMainMaxChars: postMaxChars === undefined ? undefined : await positive(postMaxChars, "--post-max-chars"),
  });
  return given({
    name,
    description,
    agentId: agent,
    sessionTarget: session,
    wakeMode: wake,
    deleteAfterRun,
    catchUp,
    whenInterrupted,
    schedule: await scheduleOf(options),
    payload: await payloadOf(options),
    isolation: Object.keys(isolation).length === 0 ? undefined : isolation,
  });
}

const withFields = (command: Command): Command =>
  connected(command)
    .option("--name <name>", "what people call it")
    .option("--description <text>", "what it is for")
    .option("--at <time>", "once: ISO 8601 (UTC without an offset), or from now, such as 20m")
    .option("--every <time>", "again and again, such as 30m")
    .option("--cron <expression>", "minute hour day month weekday, such as '30 9 * * 1-5'")
    .option("--tz <zone>", "zone of --cron, such as Europe/Madrid")
    .option("--system-event <text>", "a line for the main session")
    .option("--message <text>", "what an agent is to do, in a session of its own")
    .option("--workflow <name>", "work of the gateway, such as price-monitoring")
    .option("--params <json>", "parameters of the workflow")
    .option("--session <target>", "main or isolated; follows from what it does")
    .option("--wake <mode>", "now or next-heartbeat")
    .option("--agent <id>", "which agent")
    .option("--model <name>", "model of the turn")
    .option("--thinking <level>", "how long the model may think")
    .option("--timeout-seconds <n>", "longest time of the turn")
    .option("--deliver", "send the answer out")
    .option("--channel <id>", "on this channel; last is that of the main session")
    .option("--to <recipient>", "to whom")
    .option("--best-effort-deliver", "an answer that cannot be sent is no failure")
    .option("--post-prefix <text>", "what stands before the summary in the main session")
    .option("--post-mode <mode>", "summary or full")
    .option("--post-max-chars <n>", "longest summary")
    .option("--delete-after-run", "remove it after its first good run")
    .option("--catch-up <policy>", "times that passed while nothing could run: latest, all or skip")
    .option("--when-interrupted <policy>", "a run that a crash interrupted: retry or skip");

export const cronCommand: AddCommand = (program, terminal) => {
  const cron = program.command("cron").description("jobs: what the gateway does by itself, and when");
  const job = (name: string) => connected(cron.command(name)).argument("<id>", "id of the job");

  connected(cron.command("list"))
    .description("list the jobs")
    .option("--all", "also those that are switched off")
    .action((options: GatewayOptions & { all?: boolean }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call(
          "cron.list",
          { includeDisabled: options.all === true, workflows: true, limit: 200, sortBy: "nextRunAtMs" },
          { timeoutMs },
        );
        out.data(page);
        out.table(
          ["ID", "NAME", "WHEN", "NEXT", "LAST", ""],
          (page.jobs as unknown as ShownJob[]).map(({ id, name, schedule, state, enabled }) => [
            id,
            printable(name),
            whenOf(schedule),
            time(state.nextRunAtMs),
            state.lastStatus ?? "",
            !enabled ? "off" : state.runningAtMs === undefined ? "" : "running",
          ]),
          "no jobs",
        );
      }),
    );
  connected(cron.command("status"))
    .description("whether jobs run, and when the next one does")
    .action((options: GatewayOptions) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const status = await client.call("cron.status", {}, { timeoutMs });
        out.data(status);
        out.line(`${status.enabled ? "on" : "off"}, ${status.jobs} jobs, next ${time(status.nextWakeAtMs ?? undefined) || "never"}`);
        out.line(out.style("dim", status.storePath));
      }),
    );
  withFields(cron.command("add"))
    .description("add a job")
    .option("--disabled", "switched off for now")
    .action((options: JobOptions) =>
      withGateway(options, terminal, "saving", async ({ client, out, timeoutMs }) => {
        const fields = await fieldsOf(options);
        if (fields.name === undefined) throw await failure("INVALID_REQUEST", "give the job a --name");
        if (fields.schedule === undefined) throw await failure("INVALID_REQUEST", "give one of --at, --every and --cron");
        if (fields.payload === undefined) throw await failure("INVALID_REQUEST", "give one of --system-event, --message and --workflow");
        const made = await client.call("cron.add", { ...fields, enabled: options.disabled !== true, idempotencyKey: randomUUID() }, { timeoutMs });
        out.data(made);
        out.line(printable(`${made.name} is ${made.id}`));
      }),
    );
  withFields(cron.command("edit").argument("<id>", "id of the job"))
    .description("change a job; what is not given stays")
    .option("--clear-agent", "the default agent again")
    .option("--no-deliver", "keep the answer in the main session")
    .option("--enable", "switch it on")
    .option("--disable", "switch it off")
    .action((id: string, options: JobOptions) =>
      withGateway(options, terminal, "saving", async ({ client, out, timeoutMs }) => {
        const patch = {
          ...(await fieldsOf(options)),
          ...(options.clearAgent ? { agentId: null } : {}),
          ...(options.enable ? { enabled: true } : options.disable ? { enabled: false } : {}),
        };
        const changed = await client.call("cron.update", { id, patch }, { timeoutMs });
        out.data(changed);
        out.line(printable(`${changed.name} is changed`));
      }),
    );
  for (const [name, enabled] of [
    ["enable", true],
    ["disable", false],
  ] as const)
    job(name)
      .description(`switch a job ${enabled ? "on" : "off"}`)
      .action((id: string, options: GatewayOptions) =>
        withGateway(options, terminal, "saving", async ({ client, out, timeoutMs }) => {
          const changed = await client.call("cron.update", { id, patch: { enabled } }, { timeoutMs });
          out.data(changed);
          out.line(printable(`${changed.name} is ${enabled ? "on" : "off"}`));
        }),
      );
  job("rm")
    .alias("remove")
    .description("remove a job with its history")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "removing", async ({ client, out, timeoutMs }) => {
        const { removed } = await client.call("cron.remove", { id }, { timeoutMs });
        if (!removed) throw await failure("NOT_FOUND", `there is no job ${id}`);
        out.data({ removed });
        out.line("removed");
      }),
    );
  job("run")
    .description("run a job now, beside its schedule")
    .option("--due", "only when its time has come")
    .option("--dry-run", "say what it would do, and do nothing")
    .action((id: string, options: GatewayOptions & { due?: boolean; dryRun?: boolean }) =>
      withGateway(
        options,
        terminal,
        "running",
        async ({ client, out, timeoutMs }) => {
          const answer = await client.call(
            "cron.run",
            { id, mode: options.due ? "due" : "force", ...(options.dryRun ? { dryRun: true } : {}), idempotencyKey: randomUUID() },
            { timeoutMs },
          );
          out.data(answer);
          const {
            ran,
            enqueued = ran,
            reason,
            summary,
            status,
          } = answer as { ran?: boolean; enqueued?: boolean; reason?: string; summary?: string; status?: string };
          out.line(
            printable(
              options.dryRun ? `${status}: ${summary ?? ""}` : enqueued ? "it runs; travelagent cron runs shows how it ended" : `it does not run: ${reason}`,
            ),
          );
        },
        { timeoutMs: 120_000 },
      ),
    );
  job("cancel")
    .description("end the run of a job")
    .action((id: string, options: GatewayOptions) =>
      withGateway(options, terminal, "ending", async ({ client, out, timeoutMs }) => {
        const answer = await client.call("cron.cancel", { id }, { timeoutMs });
        out.data(answer);
        out.line(answer.cancelled ? "ended" : "it was not running");
      }),
    );
  job("runs")
    .description("how the runs of a job ended, newest first")
    .option("--limit <n>", "at most this many", "20")
    .action((id: string, options: GatewayOptions & { limit: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const page = await client.call("cron.runs", { id, limit: await positive(options.limit, "--limit") }, { timeoutMs });
        out.data(page);
        out.table(
          ["AT", "STATUS", "MS", ""],
          (page.entries as { runAtMs: number; status: string; durationMs: number; error?: string; summary?: string }[]).map((run) => [
            time(run.runAtMs),
            run.status,
            String(run.durationMs),
            printable((run.error ?? run.summary ?? "").split("\n")[0]!.slice(0, 100)),
          ]),
          "no runs yet",
        );
      }),
    );
  connected(cron.command("preview").argument("[id]", "id of a job; or give a schedule"))
    .description("the next times, on the wall clock of the job's zone")
    .option("--count <n>", "how many", "5")
    .option("--at <time>", "once")
    .option("--every <time>", "such as 30m")
    .option("--cron <expression>", "minute hour day month weekday")
    .option("--tz <zone>", "zone of --cron")
    .action((id: string | undefined, options: JobOptions & { count: string }) =>
      withGateway(options, terminal, "reading", async ({ client, out, timeoutMs }) => {
        const schedule = await scheduleOf(options);
        const answer = await client.call("cron.preview", { ...given({ id, schedule }), count: await positive(options.count, "--count") }, { timeoutMs });
        out.data(answer);
        out.table(
          ["LOCAL", "ZONE", "UTC"],
          answer.fires.map(({ local, timeZone, atMs }) => [local, timeZone, time(atMs)]),
          "never again",
        );
      }),
    );
};
