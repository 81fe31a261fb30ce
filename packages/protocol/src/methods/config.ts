import * as z from "zod";
import { str1 } from "./common.ts";
import { method } from "./define.ts";

const write = {
  /** JSON5. */
  raw: str1,
  /** Of what the writer has read; required where a file exists. */
  baseHash: z.string().optional(),
};
const restart = { note: z.string().max(500).optional(), sessionKey: z.string().optional(), restartDelayMs: z.int().min(0).max(3_600_000).optional() };

/** What was written, masked, and what it means to the running gateway. */
const written = z.looseObject({
  ok: z.boolean(),
  path: z.string(),
  config: z.unknown(),
  hash: z.string(),
  reload: z.looseObject({ mode: z.string(), changedPaths: z.array(z.string()), live: z.array(z.string()) }),
  restart: z.looseObject({ needed: z.boolean(), automatic: z.boolean(), reasons: z.array(z.string()) }),
});

export const configMethods = {
  "config.get": method({
    scope: "operator.admin",
    params: z.strictObject({}).optional(),
    result: z.looseObject({
      path: z.string(),
      exists: z.boolean(),
      raw: z.string().nullable(),
      valid: z.boolean(),
      hash: z.string(),
      issues: z.array(z.unknown()),
    }),
  }),
  /** Replaces the file. */
  "config.set": method({ scope: "operator.admin", params: z.strictObject(write), result: written }),
  /** As `config.set`, with a word about why and when to restart. */
  "config.apply": method({ scope: "operator.admin", params: z.strictObject({ ...write, ...restart }), result: written }),
  /** Merges an object into the file: null takes away, lists replace. */
  "config.patch": method({ scope: "operator.admin", params: z.strictObject({ ...write, ...restart }), result: written }),
  "config.schema": method({
    scope: "operator.admin",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ schema: z.unknown(), uiHints: z.record(z.string(), z.unknown()), version: z.string(), generatedAt: z.string() }),
  }),
  "config.schema.lookup": method({
    scope: "operator.admin",
    params: z.strictObject({ path: str1.max(500) }),
    result: z.looseObject({ path: z.string(), schema: z.unknown(), children: z.array(z.unknown()) }),
  }),
} as const;
