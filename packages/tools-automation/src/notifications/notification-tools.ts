import { type Action, type Claim, defineTool, type Tool, type ToolContext } from "@travelagent/agent-runtime";
import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import * as z from "zod";
import type { Notification, NotificationChannel, NotificationPorts, NotificationRecipient } from "./notification.ts";
import type { Notifier } from "./notifier.ts";

export interface NotificationToolsOptions {
  notifier: Pick<Notifier, "send" | "refusal" | "plannedAt">;
  ports: Pick<NotificationPorts, "recipients" | "render" | "bookingOwner">;
  /** Channels there are; a tool for each. */
  channels: readonly NotificationChannel[];
}

const to = z
  .string()
  .trim()
  .min(3)
  .max(254)
  .optional()
  .describe("Only needed when the customer has several: one of their own verified addresses. Nobody else can be written to.");
const template = z
  .strictObject({ name: z.string().min(1).max(100), values: z.record(z.string(), z.unknown()).default({}) })
  .optional()
  .describe("One of the agency's templates, instead of text.");
const purpose = z.enum(["service", "reminders", "marketing"]).optional().describe("What a text of your own is for. Default service.");
const papers = z
  .array(z.strictObject({ bookingReference: z.string().regex(/^[A-Z0-9]{6}$/), paper: z.enum(["itinerary", "calendar", "invoice"]) }))
  .max(5)
  .optional()
  .describe("Papers of the customer's own bookings to attach.");

const oneOf = (schema: z.ZodObject) =>
  schema.refine((args) => (args.text === undefined) !== (args.template === undefined), { message: "give either text or template", path: ["text"] });
const Email = oneOf(
  z.strictObject({
    to,
    subject: z.string().trim().min(1).max(200).optional(),
    text: z.string().trim().min(1).max(20_000).optional(),
    template,
    papers,
    purpose,
  }),
) as unknown as z.ZodType<Args>;
const Sms = oneOf(z.strictObject({ to, text: z.string().trim().min(1).max(1_500).optional(), template, purpose })) as unknown as z.ZodType<Args>;

interface Args {
  to?: string;
  subject?: string;
  text?: string;
  template?: { name: string; values: Record<string, unknown> };
  papers?: Notification["papers"];
  purpose?: "service" | "reminders" | "marketing";
}

const kinds = { service: "notice", reminders: "reminder", marketing: "marketing" } as const;
const bare = (address: string): string => address.toLowerCase().replace(/[\s().-]/g, "");
const isSame = (channel: NotificationChannel, one: string, other: string): boolean =>
  channel === "sms" ? bare(one) === bare(other) : one.trim().toLowerCase() === other.toLowerCase();

/**
 * `email_send` and `sms_send`: to the customer of the turn, at an address that is known to be theirs, and to nobody else, whatever a
 * model writes into `to`. What goes out is exactly what was described.
 */
export function notificationTools({ notifier, ports, channels }: NotificationToolsOptions): Tool[] {
  async function recipientOf(turn: TurnScope, channel: NotificationChannel, wanted: string | undefined): Promise<NotificationRecipient> {
    if (turn.chatType === "group")
      throw new TravelAgentError("TOOL_NOT_ALLOWED", "a group has no address of its own; write to a customer from a direct conversation");
    if (turn.customerId === undefined)
      throw new TravelAgentError("SCOPE_VIOLATION", "this conversation has no customer on record yet, so nobody can be written to elsewhere");
    const own = await ports.recipients(turn, channel);
    const [first] = own;
    const name = channel === "sms" ? "telephone number" : "e-mail address";
    if (!first) throw new TravelAgentError("NOT_FOUND", `no ${name} is verified as this customer's; have them link one first`);
    if (wanted === undefined) return first;
    const found = own.find(({ peerId }) => isSame(channel, wanted, peerId));
    if (!found) throw new TravelAgentError("SCOPE_VIOLATION", `this ${name} is not verified as this customer's; leave "to" out to use the one that is`);
    return found;
  }

  async function composed(args: Args, turn: TurnScope, channel: NotificationChannel): Promise<Omit<Notification, "id">> {
    const recipient = await recipientOf(turn, channel, args.to);
    const made = args.template
      ? await ports.render(turn, channel, args.template)
      : { text: args.text ?? "", purpose: args.purpose ?? ("service" as const), kind: kinds[args.purpose ?? "service"] };
    // What the law or a sign-in has us send is sent by the system itself.
    if (made.purpose === "legal" || made.kind === "one-time-code") throw new TravelAgentError("TOOL_NOT_ALLOWED", "this template is not sent by an agent");
    const subject = args.subject ?? ("subject" in made ? made.subject : undefined);
    if (channel === "email" && subject === undefined) throw new TravelAgentError("INVALID_REQUEST", "an e-mail needs a subject");
    return {
      sessionKey: turn.sessionKey,
      customerId: turn.customerId!,
      to: recipient,
      text: made.text,
      ...(subject === undefined ? {} : { subject }),
      papers: args.papers ?? [],
      purpose: made.purpose,
      kind: made.kind,
    };
  }

  const toolOn = (channel: NotificationChannel): Tool =>
    defineTool<Args>({
      name: channel === "email" ? "email_send" : "sms_send",
      description:
        channel === "email"
          ? "Sends an e-mail to this customer, at an address that is verified as theirs: what they asked to have by mail, with papers of their bookings where needed. Answers belong into the conversation itself."
          : "Sends a text message to this customer, at a number that is verified as theirs. Short; answers belong into the conversation itself.",
      group: "comms",
      args: channel === "email" ? Email : Sms,
      effect: "write",
      writes: "third-party-message",
      facts: ["purpose", "isTemplate", "papers"],
      timeoutMs: 30_000,
      claims: async ({ papers: wanted = [] }): Promise<Claim[]> =>
        Promise.all(
          wanted.map(
            async ({ bookingReference }): Promise<Claim> => ({ kind: "booking", id: bookingReference, owner: await ports.bookingOwner(bookingReference) }),
          ),
        ),
      async describe(args, { turn, now }: ToolContext): Promise<Action> {
        const notification = await composed(args, turn, channel);
        const refused = await notifier.refusal(notification);
        if (refused !== undefined) throw new TravelAgentError("POLICY_DENIED", `it is not sent: ${refused}`);
        const at = await notifier.plannedAt(notification);
        return {
          title: channel === "email" ? "An e-mail to you" : "A text message to you",
          lines: [
            `To: ${notification.to.peerId}`,
            ...(notification.subject === undefined ? [] : [`Subject: ${notification.subject}`]),
            notification.text,
            ...notification.papers.map(({ bookingReference, paper }) => `Attached: ${paper} of booking ${bookingReference}`),
            ...(at > now ? [`Goes out: ${new Date(at).toISOString()}`] : []),
          ],
          expiresAt: now + 30 * 60_000,
          subject: { ...notification },
          facts: { purpose: notification.purpose, isTemplate: args.template !== undefined, papers: notification.papers.length },
        };
      },
      async execute(args, { turn, idempotencyKey }) {
        const state = await notifier.send({ id: idempotencyKey, ...(await composed(args, turn, channel)) });
        if (state.status === "failed" || state.status === "refused")
          throw new TravelAgentError("POLICY_DENIED", `it is not sent: ${state.reason ?? state.status}`);
        return { content: { status: state.status, ...(state.status === "scheduled" ? { goesOutAt: state.at } : {}) } };
      },
    });

  return channels.map(toolOn);
}
