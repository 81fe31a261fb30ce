import { createAgent, defineTool, type Model } from "@travelagent/agent-runtime";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { openEngine } from "@travelagent/engine";
import { createAuth } from "@travelagent/gateway-core";
import { startGateway } from "@travelagent/gateway-core/node";
import { createSessions, fileTranscripts, sessionKey } from "@travelagent/sessions";
import * as z from "zod";
import type { Pager } from "../channel/pager.ts";

const parking = defineTool({
  name: "airport_parking",
  description: "What a day of parking costs at an airport.",
  group: "agency",
  effect: "read",
  args: z.strictObject({ airport: z.string().length(3).describe("IATA code") }),
  execute: async ({ airport }) => ({ content: { airport, perDay: { amount: "12.00", currency: "EUR" } } }),
});

export async function startAgency(model: Model, channel: Pager, directory: string, token: string, port = 18789) {
  const engine = openEngine({ path: `${directory}/agency.db` });
  const sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory }) });
  const gate = createGate({ db: engine.db, tools: [parking], policy: () => parsePolicy([]) });
  await gate.migrate();
  const agent = createAgent({ gate, transcript: sessions, models: () => [model], prompt: { agencyName: "Silva Travel", agentName: "Sol" } });
  return startGateway({
    gateway: { engine, sessions, sessionKeyOf: sessionKey, agent, channels: [channel], admission: { pager: { dmPolicy: "open" } } },
    control: { auth: createAuth({ mode: "token", token }), version: "1.0.0", routes: channel.routes },
    server: { port },
  });
}
