import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { cardFree } from "../card-free.ts";
import { describeIssues } from "../router/issues.ts";
import { idempotencyKeyOf } from "./idempotency-key.ts";
import { type HttpRoute, json } from "./route.ts";

/** One tool as an operator asks for it over HTTP. */
export interface ToolRequest {
  tool: string;
  args: Record<string, unknown>;
  /** The conversation it is done in; absent for the main one. */
  sessionKey?: string;
  idempotencyKey?: string;
  dryRun?: boolean;
  actor: string;
  requestId: string;
}

/** Raises `NOT_FOUND` for a tool or conversation that is not there, and the gate's own codes. */
export type InvokeTool = (request: ToolRequest) => Promise<unknown>;

const maxBody = 2 * 1024 * 1024;

const Body = z.strictObject({
  tool: z.string().min(1).max(64),
  action: z.string().min(1).max(64).optional(),
  args: z.record(z.string(), z.unknown()).optional(),
  sessionKey: z.string().min(1).max(512).optional(),
  idempotencyKey: z.string().min(1).max(256).optional(),
  dryRun: z.boolean().optional(),
});

/** `POST /tools/invoke`: one tool, without a model, by the same rules. `action` is the argument of that name. */
export function toolRoutes(invoke: InvokeTool): HttpRoute[] {
  return [
    {
      method: "POST",
      path: "/tools/invoke",
      auth: "operator",
      async handle(request) {
        const parsed = Body.safeParse(await request.json(maxBody));
        if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", `invalid request: ${describeIssues(parsed.error).text}`);
        const { tool, action, args = {}, sessionKey, idempotencyKey, dryRun } = parsed.data;
        const key = idempotencyKey ?? idempotencyKeyOf(request.headers);
        const result = await invoke({
          tool,
          // What a tool is given is kept.
          args: cardFree(action === undefined ? args : { action, ...args }),
          actor: request.principal?.actor ?? "operator",
          requestId: request.requestId,
          ...(sessionKey === undefined ? {} : { sessionKey }),
          ...(key === undefined ? {} : { idempotencyKey: key }),
          ...(dryRun ? { dryRun } : {}),
        });
        return json({ ok: true, result });
      },
    },
  ];
}
