import * as z from "zod";
import { id, idempotencyKey, str1 } from "./common.ts";
import { method } from "./define.ts";

const name = z.string().min(1).max(200);
const names = z.array(name).max(200);
const none = z.strictObject({}).optional();

/** A machine or device that carries out commands, connected or not. */
export const Node = z.looseObject({
  nodeId: z.string(),
  displayName: z.string().optional(),
  platform: z.string().optional(),
  version: z.string().optional(),
  deviceFamily: z.string().optional(),
  modelIdentifier: z.string().optional(),
  remoteIp: z.string().optional(),
  caps: z.array(z.string()),
  /** What it says it can do. */
  commands: z.array(z.string()),
  permissions: z.record(z.string(), z.boolean()).optional(),
  connectedAtMs: z.int().optional(),
  lastSeenAtMs: z.int().optional(),
  paired: z.boolean(),
  connected: z.boolean(),
});
export type Node = z.infer<typeof Node>;

export const NodePairRequest = z.looseObject({ requestId: z.string(), nodeId: z.string(), ts: z.int() });
const pairedNode = z.looseObject({ nodeId: z.string(), createdAtMs: z.int(), approvedAtMs: z.int() });

export const nodeMethods = {
  "node.list": method({ scope: "operator.read", params: none, result: z.looseObject({ ts: z.int(), nodes: z.array(Node) }) }),
  /** `allowed`: the commands this gateway would pass on. */
  "node.describe": method({
    scope: "operator.read",
    params: z.strictObject({ nodeId: id }),
    result: Node.extend({ ts: z.int(), allowed: z.array(z.string()) }),
  }),
  "node.rename": method({
    scope: "operator.pairing",
    params: z.strictObject({ nodeId: id, displayName: z.string().trim().min(1).max(100) }),
    result: z.looseObject({ nodeId: z.string(), displayName: z.string() }),
  }),
  /**
   * Waits for the node's answer; a command of the system also for a person's decision. A repeat of the key is answered with the
   * first answer, by the handler: answers of nodes are large.
   */
  "node.invoke": method({
    scope: "operator.write",
    waitsMs: 130_000,
    params: z.strictObject({
      nodeId: id,
      command: name,
      params: z.unknown().optional(),
      timeoutMs: z.int().min(0).max(3_600_000).default(30_000),
      sessionKey: str1.max(300).optional(),
      idempotencyKey,
    }),
    result: z.looseObject({ ok: z.literal(true), nodeId: z.string(), command: z.string(), payload: z.unknown(), payloadJSON: z.string().nullable() }),
  }),
  "node.invoke.result": method({
    scope: "operator.admin",
    node: true,
    params: z.strictObject({
      id,
      nodeId: id,
      ok: z.boolean(),
      payload: z.unknown().optional(),
      payloadJSON: z.string().nullable().optional(),
      error: z
        .strictObject({ code: str1.max(100).optional(), message: str1.max(10_000).optional() })
        .nullable()
        .optional(),
    }),
    result: z.looseObject({ ok: z.literal(true), ignored: z.literal(true).optional() }),
  }),
  "node.event": method({
    scope: "operator.admin",
    node: true,
    params: z.strictObject({ event: name, payload: z.unknown().optional(), payloadJSON: z.string().nullable().optional() }),
    result: z.looseObject({ ok: z.literal(true) }),
  }),
  "node.pair.request": method({
    scope: "operator.pairing",
    params: z.strictObject({
      nodeId: id,
      displayName: name.optional(),
      platform: name.optional(),
      version: name.optional(),
      coreVersion: name.optional(),
      uiVersion: name.optional(),
      deviceFamily: name.optional(),
      modelIdentifier: name.optional(),
      caps: names.optional(),
      commands: names.optional(),
      remoteIp: name.optional(),
      silent: z.boolean().optional(),
    }),
    result: z.looseObject({ status: z.literal("pending"), request: NodePairRequest, created: z.boolean() }),
  }),
  "node.pair.list": method({
    scope: "operator.pairing",
    params: none,
    result: z.looseObject({ pending: z.array(NodePairRequest), paired: z.array(pairedNode) }),
  }),
  /** The token is told here and never again. */
  "node.pair.approve": method({
    scope: "operator.pairing",
    params: z.strictObject({ requestId: id }),
    result: z.looseObject({ requestId: z.string(), node: pairedNode.extend({ token: z.string() }) }),
  }),
  "node.pair.reject": method({
    scope: "operator.pairing",
    params: z.strictObject({ requestId: id }),
    result: z.looseObject({ requestId: z.string(), nodeId: z.string() }),
  }),
  "node.pair.verify": method({
    scope: "operator.pairing",
    params: z.strictObject({ nodeId: id, token: str1.max(500) }),
    result: z.looseObject({ ok: z.boolean(), node: pairedNode.optional() }),
  }),
} as const;
