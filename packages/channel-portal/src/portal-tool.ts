import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Portal } from "./portal.ts";

export interface PortalToolOptions {
  invite: Portal["invite"];
  /** The customer of a turn by what was fixed at intake; null for somebody without a record. */
  customerOf(turn: TurnScope): Promise<string | null>;
}

/** `share_portal`: the customer of the turn gets a link to their own page, in their own conversation. */
export const portalTool = ({ invite, customerOf }: PortalToolOptions): Tool =>
  defineTool({
    name: "share_portal",
    description:
      "A link for this customer to their personal page: all their trips, papers, quotes, open payments and messages. It opens in one browser and ends after some days.",
    group: "crm",
    args: z.strictObject({}),
    effect: "write",
    writes: "personal-data",
    timeoutMs: 10_000,
    async execute(_args, { turn }) {
      if (turn.chatType === "group") throw new TravelAgentError("TOOL_NOT_ALLOWED", "personal data is not for a group; ask the person to write to us directly");
      const customerId = await customerOf(turn);
      if (customerId === null) throw new TravelAgentError("NOT_FOUND", "this person has no record yet; save their contact details first");
      const { url, expiresAt } = await invite({ customerId, by: `agent:${turn.agentId}`, sessionKey: turn.sessionKey });
      return { content: { status: "shared", url, expiresAt } };
    },
  });
