import { defineTool, type Tool } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Linking, LinkPlace, LinkTarget } from "../linking/linking.ts";
import { type AgencyOf, refuseInGroups } from "./turn-customer.ts";

const LinkArgs = z
  .strictObject({
    email: z.email().max(254).optional(),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, "international form, such as +34600111222")
      .optional(),
    bookingReference: z.string().trim().min(3).max(40).optional(),
  })
  .refine((given) => Object.values(given).filter((value) => value !== undefined).length === 1, "give one of email, phone and bookingReference");

const ConfirmArgs = z.strictObject({
  code: z
    .string()
    .regex(/^\d{3}[ -]?\d{3}$/, "six digits")
    .describe("exactly as the person wrote it in this conversation"),
});

/** The same for everybody who asks: whether there is such a record is nobody's to know. */
export const asked =
  "If that is on record here, a code of six digits is on its way to the person it belongs to, in a conversation we have with them; write it here within ten minutes. Where no code can be brought, a colleague takes a look.";

const targetOf = ({ email, phone, bookingReference }: z.output<typeof LinkArgs>): LinkTarget =>
  email !== undefined
    ? { kind: "email", value: email }
    : phone !== undefined
      ? { kind: "phone", value: phone }
      : { kind: "booking", value: bookingReference ?? "" };

/** `link_customer` and `confirm_link`: how somebody who writes from a new place gets to their record. Neither says who is on record. */
export function linkTools({ linking, agencyOf }: { linking: Pick<Linking, "request" | "confirm">; agencyOf?: AgencyOf }): Tool[] {
  const placeOf = (turn: TurnScope): LinkPlace => ({
    sessionKey: turn.sessionKey,
    channel: turn.channel,
    accountId: turn.accountId,
    peerId: turn.peerId,
    agency: agencyOf?.(turn),
  });
  return [
    defineTool({
      name: "link_customer",
      description:
        "For somebody who says they are a customer already and writes from a new place. Give the e-mail address, the telephone number or the booking reference they name. It never tells whether there is such a customer; say to them what it answers, and nothing else about it.",
      group: "crm",
      args: LinkArgs,
      effect: "write",
      writes: "personal-data",
      async execute(args, { turn, idempotencyKey }) {
        refuseInGroups(turn);
        await linking.request(placeOf(turn), targetOf(args), { idempotencyKey });
        return { content: { status: "requested", say: asked } };
      },
    }),
    defineTool({
      name: "confirm_link",
      description: "Checks the code of six digits that somebody wrote after link_customer. Only with digits they wrote themselves, never with guessed ones.",
      group: "crm",
      args: ConfirmArgs,
      effect: "write",
      writes: "personal-data",
      async execute({ code }, { turn }) {
        refuseInGroups(turn);
        if (await linking.confirm(turn.sessionKey, code))
          return { content: { status: "confirmed", say: "The code is right. From the next message on I know you." } };
        throw new TravelAgentError("INVALID_REQUEST", "this code is not right or does not count any more; ask them to look again, or to begin anew");
      },
    }),
  ];
}
