import * as z from "zod";
import { ExecApprovalsFile } from "../exec.ts";
import { id, str1 } from "./common.ts";
import { method } from "./define.ts";

const text = z.string().max(1000).nullable().optional();
const argv = z.array(z.string().max(100_000)).min(1).max(1000);
const env = z.record(z.string().min(1).max(200), z.string().max(100_000));
const decision = z.enum(["allow-once", "allow-always", "deny"]);

/** What somebody asks leave for. With `argv` a yes covers exactly `argv`, `cwd`, `env` and `nodeId`. */
export const ExecApprovalRequest = z.looseObject({
  /** For people. */
  command: z.string(),
  argv: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
  cwd: z.string().nullable(),
  nodeId: z.string().optional(),
  /** Hash of what a yes covers. */
  actionHash: z.string(),
  unavailableDecisions: z.array(z.literal("allow-always")).optional(),
});

export const ExecApproval = z.looseObject({
  id: z.string(),
  request: ExecApprovalRequest,
  requestedBy: z.string(),
  createdAtMs: z.int(),
  expiresAtMs: z.int(),
});
export type ExecApproval = z.infer<typeof ExecApproval>;

const snapshot = z.looseObject({ path: z.string(), exists: z.boolean(), hash: z.string(), file: ExecApprovalsFile });
const change = { file: ExecApprovalsFile, baseHash: str1.max(200).optional() };

export const execApprovalMethods = {
  /** Waits until somebody decides; `decision` is null when nobody did in time. */
  "exec.approval.request": method({
    scope: "operator.approvals",
    params: z.strictObject({
      id: id.optional(),
      /** A line for a shell. It is shown, and covers nothing but the shell with this line as its argument. */
      command: str1.max(100_000).optional(),
      commandArgv: argv.optional(),
      cwd: text,
      env: env.optional(),
      nodeId: id.nullable().optional(),
      host: text,
      security: text,
      ask: text,
      agentId: text,
      resolvedPath: text,
      sessionKey: text,
      timeoutMs: z.int().min(1).max(3_600_000).default(120_000),
    }),
    result: z.looseObject({ id: z.string(), decision: decision.nullable(), createdAtMs: z.int(), expiresAtMs: z.int() }),
  }),
  "exec.approval.resolve": method({
    scope: "operator.approvals",
    params: z.strictObject({ id, decision }),
    result: z.looseObject({ ok: z.literal(true) }),
  }),
  /** Those that wait for a decision, the oldest first. */
  "exec.approval.list": method({
    scope: "operator.approvals",
    params: z.strictObject({}).optional(),
    result: z.looseObject({ approvals: z.array(ExecApproval) }),
  }),
  "exec.approval.get": method({ scope: "operator.approvals", params: z.strictObject({ id }), result: z.looseObject({ approval: ExecApproval }) }),
  "exec.approvals.get": method({ scope: "operator.admin", params: z.strictObject({}).optional(), result: snapshot }),
  "exec.approvals.set": method({ scope: "operator.admin", params: z.strictObject(change), result: snapshot }),
  "exec.approvals.node.get": method({ scope: "operator.admin", params: z.strictObject({ nodeId: id }), result: snapshot }),
  "exec.approvals.node.set": method({ scope: "operator.admin", params: z.strictObject({ nodeId: id, ...change }), result: snapshot }),
} as const;
