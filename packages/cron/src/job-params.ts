import { TravelAgentError } from "@travelagent/protocol";
import { instantOf } from "./instant.ts";
import type { JobDefinition } from "./job.ts";
import type { NewJob } from "./scheduler.ts";

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const switches: Record<string, boolean> = { true: true, yes: true, on: true, "1": true, false: false, no: false, off: false, "0": false };

/** Programs and models write yes and no in many ways. */
const asBoolean = (value: unknown): unknown => (typeof value === "string" ? (switches[value.trim().toLowerCase()] ?? value) : value);
const asNumber = (value: unknown): unknown => (typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value);

/** A schedule as programs and models write it. */
export function scheduleOf(given: unknown): unknown {
  if (!isFields(given)) return given;
  const { at, atMs, kind, everyMs, anchorMs, staggerMs: _, ...rest } = given;
  const time = at ?? atMs;
  if (time !== undefined) {
    const instant = typeof time === "string" && !/^\d+$/.test(time) ? instantOf(time.trim()) : asNumber(time);
    if (instant === undefined) throw new TravelAgentError("INVALID_REQUEST", `"${String(time)}" is no time; write it like 2027-03-28T10:15:00Z`);
    return { kind: kind ?? "at", atMs: instant, ...rest };
  }
  if (everyMs !== undefined)
    return { kind: kind ?? "every", everyMs: asNumber(everyMs), ...(anchorMs === undefined ? {} : { anchorMs: asNumber(anchorMs) }), ...rest };
  return { ...(rest.expr === undefined ? {} : { kind: "cron" }), ...(kind === undefined ? {} : { kind }), ...rest };
}

function payloadOf(given: unknown): unknown {
  if (!isFields(given)) return given;
  const { provider, ...rest } = given;
  const kind =
    rest.kind ?? (rest.message !== undefined ? "agentTurn" : rest.text !== undefined ? "systemEvent" : rest.name !== undefined ? "workflow" : undefined);
  const payload: Fields = { ...(kind === undefined ? {} : { kind }), ...rest };
  if (provider !== undefined) payload.channel ??= provider;
  for (const key of ["deliver", "bestEffortDeliver"]) if (payload[key] !== undefined) payload[key] = asBoolean(payload[key]);
  if (payload.timeoutSeconds !== undefined) payload.timeoutSeconds = asNumber(payload.timeoutSeconds);
  return payload;
}

function unwrapped(given: unknown): Fields {
  const outer = isFields(given) ? given : {};
  for (const key of ["job", "data"]) if (isFields(outer[key])) return outer[key];
  return outer;
}

function coerced(given: unknown): Fields {
  const { idempotencyKey: _, ...fields } = unwrapped(given);
  const made: Fields = { ...fields };
  if (made.schedule !== undefined) made.schedule = scheduleOf(made.schedule);
  if (made.payload !== undefined) made.payload = payloadOf(made.payload);
  for (const key of ["enabled", "deleteAfterRun"]) if (made[key] !== undefined) made[key] = asBoolean(made[key]);
  if (typeof made.name === "string") made.name = made.name.trim();
  // Nothing said is nothing wanted.
  for (const key of Object.keys(made)) if (made[key] === null) delete made[key];
  return made;
}

/** A new job as programs and models write it: what is left out follows from the rest. Checked by the scheduler. */
export function newJob(given: unknown): NewJob {
  const { payload, ...fields } = coerced(given);
  return {
    enabled: true,
    wakeMode: "next-heartbeat",
    sessionTarget: isFields(payload) && payload.kind === "systemEvent" ? "main" : "isolated",
    ...fields,
    payload,
  } as unknown as NewJob;
}

/** What is to be other about a job; `null` takes a field away. Of a payload of the same kind only what is given changes. */
export function jobPatch(given: unknown, before: JobDefinition): Partial<JobDefinition> {
  const outer = unwrapped(given);
  const patch = coerced(outer);
  if (isFields(patch.payload) && (patch.payload.kind === undefined || patch.payload.kind === before.payload.kind)) {
    const merged: Fields = { ...before.payload, ...patch.payload };
    for (const key of Object.keys(merged)) if (merged[key] === null) delete merged[key];
    patch.payload = merged;
  }
  for (const key of Object.keys(outer)) if (outer[key] === null) patch[key] = undefined;
  return patch as Partial<JobDefinition>;
}
