import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { KeptPaper, NewPaper, PaperDesk } from "./paper-desk.ts";
import { sayPaper } from "./traveller-papers.ts";

const kinds = ["passport", "identity-card", "visa", "residence-permit", "driving-licence", "known-traveller", "loyalty", "insurance"] as const;
const country = z.string().regex(/^[A-Z]{2}$/);

/** What stands in the conversation where the customer typed the number. */
export const tokenIn = (text: string): string | undefined => /\bPAPER-[A-HJ-NP-Z2-9]{8}\b/.exec(text)?.[0];

export const SaveDocumentArgs = z.strictObject({
  kind: z.enum(kinds),
  number: z
    .string()
    .max(80)
    .refine(
      (text) => tokenIn(text) !== undefined,
      "give the code that stands where the customer typed the number, such as PAPER-7K3QW2AB; never a number itself",
    )
    .describe("the code in the customer's message, such as PAPER-7K3QW2AB"),
  givenName: z.string().trim().min(1).max(60).describe("of its holder, as in the document"),
  familyName: z.string().trim().min(1).max(60).describe("of its holder, as in the document"),
  country: country.optional().describe("that issued it, ISO 3166-1"),
  nationality: country.optional(),
  expiresOn: z.iso.date().optional(),
  issuedOn: z.iso.date().optional(),
  issuer: z.string().trim().min(2).max(60).optional().describe("of a loyalty number the airline's two letters, of an insurance the insurer"),
});

type Args = z.infer<typeof SaveDocumentArgs>;

const refuseInGroups = (turn: TurnScope): void => {
  if (turn.chatType === "group") throw new TravelAgentError("TOOL_NOT_ALLOWED", "papers are not for a group; ask the person to write to us directly");
};

const paperOf = ({ number, givenName, familyName, ...rest }: Args): NewPaper => ({
  ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as Omit<NewPaper, "token" | "holder">),
  token: tokenIn(number)!,
  holder: { givenName, familyName },
});

const view = ({ id, kind, holder, country: issuedBy, expiresOn, issuer, masked }: KeptPaper) => ({
  id,
  kind,
  number: masked,
  holder: `${holder.givenName} ${holder.familyName}`,
  ...(issuedBy === undefined ? {} : { country: issuedBy }),
  ...(expiresOn === undefined ? {} : { expiresOn }),
  ...(issuer === undefined ? {} : { issuer }),
});

/** `save_document` and `list_documents`. Numbers are never among arguments or answers: a token of the conversation stands for one. */
export function documentTools(desk: PaperDesk): Tool[] {
  return [
    defineTool({
      name: "save_document",
      description:
        "Keeps a passport, visa, loyalty number or another paper of the customer or of somebody who travels with them, sealed. In the customer's message a code such as PAPER-7K3QW2AB stands where the number was: give that code. Needs the customer's record first (create_customer).",
      group: "crm",
      args: SaveDocumentArgs,
      effect: "write",
      writes: "personal-data",
      async describe(args, { turn, now }) {
        refuseInGroups(turn);
        const token = tokenIn(args.number)!;
        const held = await desk.held(turn, token);
        if (!held)
          throw new TravelAgentError("INVALID_REQUEST", `${token} stands for no number in this conversation; ask the customer to type the number again`);
        const paper = paperOf(args);
        return {
          title: `Keep your ${args.kind.replaceAll("-", " ")} safely`,
          lines: [sayPaper({ ...paper, id: "", masked: held.masked, version: 0 })],
          expiresAt: now + 10 * 60_000,
          subject: { token, sessionKey: turn.sessionKey },
          facts: { kind: args.kind, known: turn.customerId !== undefined },
        };
      },
      async execute(args, { turn, idempotencyKey }) {
        refuseInGroups(turn);
        return { content: { status: "saved", document: view(await desk.save(turn, paperOf(args), idempotencyKey)) } };
      },
    }),
    defineTool({
      name: "list_documents",
      description:
        "Papers of the customer and of those who travel with them that are kept already: kind, holder, expiry, the end of the number. Their ids go into create_booking.",
      group: "crm",
      args: z.strictObject({}),
      effect: "read",
      async execute(_args, { turn }) {
        refuseInGroups(turn);
        return { content: { documents: (await desk.list(turn)).map(view) } };
      },
    }),
  ];
}
