import type * as z from "zod";
import type { Scope } from "../frames.ts";

/** One method of the wire: who may call it and the shapes on both sides. */
export interface MethodSpec<P extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** What an operator's connection needs. `operator.admin` implies all, `operator.write` implies read. */
  scope: Scope;
  params: P;
  result: R;
  /** A customer's web chat connection may call it; the handler then sees only that visitor's own session. */
  visitor?: true;
  /** Called by connections with role `node`, and by no other; `scope` does not count. */
  node?: true;
  /** `params.idempotencyKey` is required, and a repeat is answered with the first answer. */
  idempotent?: true;
  /** Answers twice under one id: accepted first, the outcome later. */
  twoStage?: true;
  /** Added to the time a handler may take, for one that waits for a person. */
  waitsMs?: number;
}

export const method = <P extends z.ZodType, R extends z.ZodType>(spec: MethodSpec<P, R>): MethodSpec<P, R> => spec;
