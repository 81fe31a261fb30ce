import * as z from "zod";

/** The message of the older gateway. Its keys come as `ID` or as `id`. */
export interface Envelope {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The keys were written small. */
  readonly small: boolean;
}

const Shape = z.object({ id: z.string().max(200).default(""), type: z.string().min(1).max(100), data: z.record(z.string(), z.unknown()).nullish() });

/** Null for what is no envelope. */
export function readEnvelope(text: string): Envelope | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const small = Object.hasOwn(value, "type");
  const parsed = Shape.safeParse(Object.fromEntries(Object.entries(value).map(([key, entry]) => [key.toLowerCase(), entry])));
  return parsed.success ? { id: parsed.data.id, type: parsed.data.type, data: parsed.data.data ?? {}, small } : null;
}

export interface Reply {
  readonly id: string;
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

export function writeEnvelope({ id, type, data = {}, error = "" }: Reply, now: number, small: boolean): string {
  const Timestamp = new Date(now).toISOString();
  return JSON.stringify(
    small ? { id, type, timestamp: Timestamp, data, ...(error === "" ? {} : { error }) } : { ID: id, Type: type, Timestamp, Data: data, Error: error },
  );
}
