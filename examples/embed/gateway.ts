import { createAgent, defineTool, type Model } from "@travelagent/agent-runtime";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { openEngine } from "@travelagent/engine";
import { createAuth, createControlPlane, createGateway } from "@travelagent/gateway-core";
import { serve } from "@travelagent/gateway-core/node";
import { createSessions, fileTranscripts, sessionKey } from "@travelagent/sessions";
import * as z from "zod";
import { pager } from "../channel/pager.ts";

const parking = defineTool({
  ...{ name: "airport_parking", group: "agency", effect: "read", description: "Price of a day of parking at an airport, by its IATA code." },
  args: z.strictObject({ airport: z.string().length(3) }),
  execute: async ({ airport }) => ({ content: { airport, perDay: { amount: "12.00", currency: "EUR" } } }),
});

export async function startAgency({ directory, token, model, channel }: { directory: string; token: string; model: Model; channel: ReturnType<typeof pager> }) {
  const engine = openEngine({ path: `${directory}/agency.db` });
  const sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
  const gate = createGate({ db: engine.db, tools: [parking], policy: () => parsePolicy([]) });
  const agent = createAgent({ gate, transcript: sessions, models: () => [model], prompt: { agencyName: "Silva Travel", agentName: "Sol" } });
  return { engine, sessions, gate, agent, createGateway, createAuth, createControlPlane, serve, sessionKey, channel, token };
}
