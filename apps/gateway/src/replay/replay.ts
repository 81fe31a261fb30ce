import { readFile } from "node:fs/promises";
import { type Policy, type PolicyParams, parsePolicy } from "@travelagent/agent-runtime/gate";
import { TravelAgentError } from "@travelagent/protocol";
import { type AirlineWorld, createAirlineWorld, type Fees, type WorldChange, type WorldData } from "@travelagent/tools-booking/suppliers/airline-world";
import type * as z from "zod";
import { filesOfPacks } from "../answering/policy-files.ts";
import { openBench, standingClock } from "./bench.ts";
import { type Call, isLook, type ReplayCase, ReplayCases, type ReplayTask, ReplayTasks, readCall } from "./calls.ts";
import { openSession, type Verdict } from "./session.ts";
import { bookingIdOf } from "./tool-call.ts";
import { type Fields, firstOf, isFields, textOf } from "./words.ts";

export interface PolicyReplayOptions {
  /** Folder of the policy packs. */
  packs: string;
  /** The one that counts. */
  pack: string;
  /** Path of the world. */
  world: string;
  /** Path of tasks whose writes are carried out, or of cases that are judged. */
  tasks?: string;
  cases?: string;
  /** Path of parameters over those of the pack. */
  params?: string;
  /** Called with each result as it is there. */
  onResult(result: TaskResult | CaseResult, done: number, of: number): void;
  /** Something that a reader of the results should know. */
  onNote?(note: string): void;
}

export interface TaskResult {
  id: string;
  changed: boolean;
  refused: { name: string; ruleId: string; reason: string }[];
  diff: WorldChange[];
}

export interface CaseResult extends Verdict {
  id: string;
  changed: boolean;
}

/** Where the clock of the world stands unless a case says otherwise, Eastern Standard Time. */
const standsAt = "2024-05-15T15:00:00";

/** A time of a case as milliseconds. Without a zone it is the world's. */
function instantOf(now: unknown): number {
  const said = (textOf(now) ?? standsAt).trim().replace(/\s*EST$/, "");
  const instant = Date.parse(/(?:Z|[+-]\d{2}:?\d{2})$/.test(said) ? said : `${said}-05:00`);
  if (Number.isNaN(instant)) throw new TravelAgentError("INVALID_REQUEST", `"${said}" is no time; write it like ${standsAt}`);
  return instant;
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new TravelAgentError("INVALID_REQUEST", `${path} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new TravelAgentError("INVALID_REQUEST", `${path} is not JSON`);
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown, path: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TravelAgentError("INVALID_REQUEST", `${path}: ${issue?.path.join(".")}: ${issue?.message}`);
}

/** Tables are filled up with what the pack has, so that a part of one can be given. */
const merged = (before: unknown, given: unknown): unknown =>
  isFields(before) && isFields(given)
    ? Object.fromEntries(
        [...new Set([...Object.keys(before), ...Object.keys(given)])].map((key) => [key, key in given ? merged(before[key], given[key]) : before[key]]),
      )
    : given;

/** Parameters as a file has them: alone, or under a name such as `canonical` beside notes. */
function paramsIn(file: Fields, declared: Fields): Fields {
  const holds = (fields: Fields): boolean => Object.keys(fields).some((name) => Object.hasOwn(declared, name));
  if (holds(file)) return file;
  return [file.canonical, file.params, ...Object.values(file)].filter(isFields).find(holds) ?? file;
}

/** The rules of a pack with the parameters of this file. Those that it does not declare are left out. */
function policyOf(packs: string, pack: string, file: Fields, note: (text: string) => void): Policy {
  const files = filesOfPacks(packs, [pack]);
  const { params: declared } = parsePolicy(files);
  const given = paramsIn(file, declared);
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(declared, name));
  for (const name of Object.keys(given)) if (!Object.hasOwn(declared, name)) note(`the pack ${pack} has no parameter ${name}; it is left out`);
  const params = Object.fromEntries(known.map(([name, value]) => [name, typeof declared[name] === "string" ? String(value) : merged(declared[name], value)]));
  return parsePolicy(files, { params: params as PolicyParams });
}

/** The benchmark's certificate names no booking: it is for the one of the complaint, else for the one that was changed or cancelled last. */
function aboutComplaint(attempt: Call, { complaint, changed_or_cancelled: done, booking_id }: Fields, before: readonly Call[], world: AirlineWorld): Call {
  if (attempt.op !== "issue_compensation" || bookingIdOf(attempt) !== undefined) return attempt;
  const named = [isFields(complaint) ? firstOf(complaint, "booking_id", "reservation_id") : complaint, booking_id, done].flat();
  const booking = [...named, ...before.map(bookingIdOf).toReversed()].find((id) => typeof id === "string" && world.books.get("reservations", id) !== undefined);
  return booking === undefined ? attempt : { op: attempt.op, params: { ...attempt.params, booking_id: booking } };
}

/** A certificate of the benchmark names neither booking nor cause: it is for those that the case is about. */
const aboutBooking = (call: Call, attempt: Call): Call => {
  const booking = bookingIdOf(attempt);
  if (call.op !== "issue_compensation" || bookingIdOf(call) !== undefined || booking === undefined) return call;
  const { cause } = attempt.params;
  return { op: call.op, params: { ...(cause === undefined ? {} : { cause }), ...call.params, booking_id: booking } };
};

const feesOf = ({ params }: Policy): Fees => ({ extraBag: Number(params.extra_bag_fee), insurancePerTraveller: Number(params.insurance_per_passenger) });

export async function runPolicyReplay(options: PolicyReplayOptions): Promise<void> {
  const { pack, onResult, onNote = () => undefined } = options;
  const given = options.params === undefined ? {} : await readJson(options.params);
  const policy = policyOf(options.packs, pack, isFields(given) ? given : {}, onNote);
  const data = (await readJson(options.world)) as WorldData;
  if (!isFields(data) || !isFields(data.flights) || !isFields(data.users) || !isFields(data.reservations))
    throw new TravelAgentError("INVALID_REQUEST", `${options.world} is no world: it needs flights, users and reservations`);
  let instant = instantOf(undefined);
  const clock = standingClock(() => instant);
  const world = createAirlineWorld({ data, clock, fees: () => feesOf(policy) });
  const bench = await openBench(world, clock, policy);

  async function runTask({ task_id: id, writes }: ReplayTask): Promise<TaskResult> {
    world.restart();
    await bench.forget();
    const session = openSession(bench, world, policy, id);
    const refused: TaskResult["refused"] = [];
    for (const { name, arguments: args, context } of writes) {
      instant = instantOf(context.now);
      const call = readCall({ name, arguments: args });
      // Whoever the task is about has said who they are.
      const user = textOf(context.session_user_id) ?? textOf(args.user_id) ?? world.books.get("reservations", textOf(args.reservation_id) ?? "")?.user_id;
      const verdict = await session.attempt(call, { ...context, ...(user === undefined ? {} : { session_user_id: user }) });
      if (verdict.decision !== "allow" && verdict.decision !== "idempotent") refused.push({ name, ruleId: verdict.ruleId, reason: verdict.reason });
    }
    const diff = world.changes();
    return { id, changed: diff.length > 0, refused, diff };
  }

  async function runCase({ id, initial_state, context, precalls, attempt }: ReplayCase): Promise<CaseResult> {
    instant = instantOf(context.now);
    world.restart(initial_state?.patches);
    await bench.forget();
    const session = openSession(bench, world, policy, id);
    const calls = (precalls ?? []).map((value) => readCall(value)).filter((before) => !isLook(before));
    const call = aboutComplaint(readCall(attempt), context, calls, world);
    for (const before of calls.map((one) => aboutBooking(one, call))) {
      const { decision, reason } = await session.past(before, context);
      if (decision !== "allow" && decision !== "idempotent") onNote(`${id}: what is said to have happened before could not be done: ${reason}`);
    }
    const changesBefore = JSON.stringify(world.changes());
    const { decision, ruleId, code, reason } = await session.attempt(call, context);
    return { id, decision, ruleId, code, reason, changed: JSON.stringify(world.changes()) !== changesBefore };
  }

  async function each<T>(items: readonly T[], run: (item: T) => Promise<TaskResult | CaseResult>): Promise<void> {
    for (const [index, item] of items.entries()) onResult(await run(item), index + 1, items.length);
  }

  const broken = (id: string, error: unknown): CaseResult => {
    const { code, message } = TravelAgentError.from(error);
    return { id, decision: "deny", ruleId: "replay.unreadable", code, reason: message, changed: false };
  };

  try {
    if (options.tasks !== undefined) {
      const { tasks } = parse(ReplayTasks, await readJson(options.tasks), options.tasks);
      await each(tasks, runTask);
    }
    if (options.cases !== undefined) {
      const { cases } = parse(ReplayCases, await readJson(options.cases), options.cases);
      await each(cases, (one) => runCase(one).catch((error: unknown) => broken(one.id, error)));
    }
  } finally {
    await bench.close();
  }
}
