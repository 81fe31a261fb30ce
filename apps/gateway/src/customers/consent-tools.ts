import { type Action, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import { asLocale, type Consents, consentText } from "@travelagent/privacy";
import { ContactPurpose, TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";

export interface ConsentToolsOptions {
  consents: Consents;
  agencyName(): string;
  /** Whose channel it is; nothing for the only or first agency. */
  brand(at: Pick<TurnScope, "channel" | "accountId">): { agency?: string };
  /** BCP 47, of the customer's record. */
  languageOf(customerId: string | undefined): Promise<string | undefined>;
}

const Purpose = ContactPurpose.describe("What it is for: marketing, reminders, profiling, ai-assistance, service.");
const RecordArgs = z.strictObject({
  purpose: Purpose,
  language: z.string().max(35).optional().describe("Language the customer writes in, such as es."),
});
/** Everything on a channel is ended by STOP there, which code understands: an agent that silenced itself could not even say so. */
const Withdrawn = ContactPurpose.exclude(["service"]);
const WithdrawArgs = z.strictObject({
  purposes: z.array(Withdrawn).min(1).max(4).describe("What ends."),
  onlyHere: z.boolean().optional().describe("On this channel alone. Default everywhere."),
});

function refuseInGroups(turn: TurnScope): void {
  if (turn.chatType === "group") throw new TravelAgentError("TOOL_NOT_ALLOWED", "consent is given by one person in a direct conversation");
}

/** `record_consent`, `withdraw_consent`: of the person of this conversation. What is consented to is our text and never the model's. */
export function consentTools({ consents, brand, agencyName, languageOf }: ConsentToolsOptions): Tool[] {
  const about = (turn: TurnScope) => ({
    ...brand(turn),
    identity: { channel: turn.channel, peerId: turn.peerId },
    ...(turn.customerId === undefined ? {} : { customerId: turn.customerId }),
  });

  const textFor = async ({ purpose, language }: z.infer<typeof RecordArgs>, { channel, customerId }: TurnScope) => {
    const locale = asLocale(language) ?? asLocale(await languageOf(customerId)) ?? "en";
    return { locale, text: consentText(purpose, locale, { agency: agencyName(), channel }) };
  };

  return [
    defineTool({
      name: "record_consent",
      description:
        "Asks the customer to consent to something, such as marketing on this channel, and records it once they said yes to exactly the text they are shown. Only when they brought it up or asked for it.",
      group: "crm",
      args: RecordArgs,
      effect: "write",
      writes: "personal-data",
      facts: ["purpose"],
      async describe(args, { turn, now }: ToolContext): Promise<Action> {
        refuseInGroups(turn);
        const { text } = await textFor(args, turn);
        return {
          title: "Your consent",
          lines: [text],
          expiresAt: now + 30 * 60_000,
          subject: { channel: turn.channel, peerId: turn.peerId, purpose: args.purpose, text },
          facts: { purpose: args.purpose },
        };
      },
      async execute(args, { turn, idempotencyKey }) {
        refuseInGroups(turn);
        const { text, locale } = await textFor(args, turn);
        await consents.record({
          kind: "consent",
          ...about(turn),
          channel: turn.channel,
          purpose: args.purpose,
          proof: { how: "confirmation", text, messageId: turn.runId, locale },
          key: `tool:${idempotencyKey}`,
        });
        return { content: { status: "recorded", purpose: args.purpose } };
      },
    }),

    defineTool({
      name: "withdraw_consent",
      description:
        "Takes back what the customer may be written to for, or that a machine answers them (ai-assistance: a person answers from then on). Use it at once when the customer says so; nothing is asked. Whoever wants no messages at all on this channel writes STOP.",
      group: "crm",
      args: WithdrawArgs,
      effect: "write",
      writes: "personal-data",
      async describe({ purposes, onlyHere = false }, { turn, now }): Promise<Action> {
        refuseInGroups(turn);
        return {
          title: "What you no longer want",
          lines: [`Ends: ${purposes.join(", ")}`, `Where: ${onlyHere ? turn.channel : "everywhere"}`],
          expiresAt: now + 30 * 60_000,
          subject: { channel: turn.channel, peerId: turn.peerId, purposes, onlyHere },
          facts: {},
        };
      },
      async execute({ purposes, onlyHere = false }, { turn, idempotencyKey }) {
        refuseInGroups(turn);
        for (const purpose of new Set(purposes))
          await consents.record({
            kind: "withdrawal",
            ...about(turn),
            channel: onlyHere ? turn.channel : "*",
            purpose,
            proof: { how: "message", messageId: turn.runId },
            key: `tool:${idempotencyKey}:${purpose}`,
          });
        return { content: { status: "withdrawn", purposes } };
      },
    }),
  ];
}
