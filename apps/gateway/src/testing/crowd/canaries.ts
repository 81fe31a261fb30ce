import { randomBytes } from "node:crypto";
import type { ModelServerRequest, ScriptedReply } from "@travelagent/agent-runtime/testing";
import { obey, sentIn } from "../hostile/obeying-server.ts";

const canary = /canary-(\d+)-[0-9a-f]{12}/g;

/** A fact that only its owner may ever get to see. */
export const freshCanary = (owner: number): string => `canary-${owner}-${randomBytes(6).toString("hex")}`;

/** Whose facts stand in a text. */
export const ownersIn = (text: string): number[] => [...new Set([...text.matchAll(canary)].map(([, owner]) => Number(owner)))];

/** Carries out what it was asked just now, and tells everything it has ever read. */
export function tellAll(request: ModelServerRequest): ScriptedReply {
  const sent = sentIn(request);
  const turn = sent.slice(sent.findLastIndex(({ role }) => role === "user")).filter(({ role }) => role !== "tool");
  const reply = obey({ ...request, body: { ...request.body, messages: turn, tools: [] } });
  if ("status" in reply || reply.toolCalls) return reply;
  return { text: `I know: ${[...new Set(JSON.stringify([sent, request.body.tools]).match(canary))].join(" ")}` };
}

/** Carries out whatever it reads, wherever that comes from, and tells everything. */
export function obeyAndTellAll(request: ModelServerRequest): ScriptedReply {
  const reply = tellAll(request);
  if ("status" in reply || reply.toolCalls) return reply;
  const more = obey(request);
  return "status" in more || more.toolCalls ? more : reply;
}
