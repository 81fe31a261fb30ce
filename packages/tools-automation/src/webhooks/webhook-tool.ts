import { createHash } from "node:crypto";
import { type Action, defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import type { WebhookTriggers } from "./triggers.ts";
import { webhookEvents } from "./webhook-store.ts";
import type { Webhooks } from "./webhooks.ts";

export interface WebhookToolOptions {
  webhooks: Pick<Webhooks, "add" | "list" | "remove" | "call">;
  /** Absent where hooks are off: then nothing can be registered to come in. */
  triggers?: WebhookTriggers;
  /** Where triggers are posted to, such as `/hooks`. */
  hooksPath: string;
}

const id = z.string().regex(/^wh_[0-9a-z]{1,40}$/, "an id of webhook list, such as wh_0123456789abcdef");
export const triggerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "small letters, digits, - and _")
  .refine((name) => name !== "wake" && name !== "agent", "wake and agent are taken");

const Args = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("list") }),
  z.strictObject({
    action: z.literal("register"),
    target: z.discriminatedUnion("direction", [
      z.strictObject({
        direction: z.literal("out"),
        url: z.url().max(2000),
        events: z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length),
        description: z.string().trim().max(200).optional(),
      }),
      z.strictObject({
        direction: z.literal("in"),
        name: triggerName,
        message: z.string().trim().min(1).max(4000).describe("What you are told; {{a.b[0].c}} stands for a value of what is posted."),
      }),
    ]),
  }),
  z.strictObject({ action: z.literal("remove"), id: z.union([id, triggerName]).describe("Id of a webhook, or name of a trigger.") }),
  z.strictObject({
    action: z.literal("call"),
    id,
    data: z.record(z.string().max(64), z.unknown()).refine((data) => JSON.stringify(data).length <= 16_000, "at most 16,000 characters"),
  }),
]);
type Args = z.infer<typeof Args>;

function linesOf(args: Args): { title: string; lines: string[] } {
  switch (args.action) {
    case "list":
      return { title: "Look at the webhooks", lines: [] };
    case "register":
      return args.target.direction === "out"
        ? { title: "Tell another system", lines: [`Address: ${args.target.url}`, `Of: ${args.target.events.join(", ")}`] }
        : { title: "Take messages of another system", lines: [`Name: ${args.target.name}`, `The agent is told: ${args.target.message}`] };
    case "remove":
      return { title: "Remove a webhook", lines: [args.id] };
    case "call":
      return { title: "Tell another system something now", lines: [args.id, JSON.stringify(args.data)] };
  }
}

/** `webhook`: registers, lists, removes and calls. Secrets are shown to nobody here: people of the agency get one with `webhooks rotate`. */
export const webhookTool = ({ webhooks, triggers, hooksPath }: WebhookToolOptions): Tool =>
  defineTool<Args>({
    name: "webhook",
    description:
      "Webhooks of the agency: register (out: another system is told of events; in: another system sets you to work), list, remove, and call one that is registered. A person of the agency approves each change and each call.",
    group: "automation",
    args: Args,
    effect: "write",
    writes: "configuration",
    optIn: true,
    facts: ["action", "direction"],
    async describe(args, { now }): Promise<Action> {
      return {
        ...linesOf(args),
        expiresAt: now + 24 * 3_600_000,
        subject: {},
        facts: { action: args.action, ...(args.action === "register" ? { direction: args.target.direction } : {}) },
      };
    },
    async execute(args, { turn, idempotencyKey }) {
      const by = `agent:${turn.agentId}`;
      switch (args.action) {
        case "list":
          return {
            content: {
              webhooks: (await webhooks.list()).map(({ createdBy: _, ...one }) => one),
              triggers: ((await triggers?.list()) ?? []).map((trigger) => ({ ...trigger, path: `${hooksPath}/${trigger.name}` })),
            },
          };
        case "register": {
          const { target } = args;
          if (target.direction === "out") {
            const { url, events, description } = target;
            const { subscription } = await webhooks.add({ url, events, by, id: idOf(idempotencyKey), ...(description === undefined ? {} : { description }) });
            return { content: { status: "registered", id: subscription.id, secret: "a person of the agency gets it with webhooks.rotate" } };
          }
          if (!triggers) throw new TravelAgentError("UNAVAILABLE", "hooks are off: a person of the agency turns hooks.enabled on first");
          await triggers.add({ name: target.name, message: target.message, agentId: turn.agentId, by });
          return { content: { status: "registered", path: `${hooksPath}/${target.name}` } };
        }
        case "remove":
          if (args.id.startsWith("wh_")) await webhooks.remove(args.id);
          else if (triggers) await triggers.remove(args.id);
          else throw new TravelAgentError("NOT_FOUND", `there is no trigger ${args.id}`);
          return { content: { status: "removed" } };
        case "call":
          return { content: { status: "queued", ...(await webhooks.call(args.id, "agent.called", args.data, idempotencyKey)) } };
      }
    },
  });

/** The same for a repeat of the same approved action. */
const idOf = (key: string): string => `wh_${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
