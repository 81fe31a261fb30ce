import * as z from "zod";

const account = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, "must be small letters, digits, - and _");

const room = z.strictObject({
  channel: z.enum(["slack", "discord"]),
  account: account.default("default").describe("Of the channel; default for what stands directly in its section."),
  room: z
    .string()
    .regex(/^[A-Z0-9]{5,30}$/, "must be the platform's id of a channel or direct conversation")
    .describe("The platform's id of the channel or direct conversation."),
  agency: z.string().min(1).default("main").describe("Whose customers are shown there."),
  approvals: z.boolean().default(true),
  conversations: z.boolean().default(true).describe("Conversations that need a person."),
});

const operator = z.strictObject({
  name: z.string().min(1).max(80).optional().describe("As colleagues read it."),
  users: z
    .array(z.string().regex(/^(slack|discord)(\/[a-z0-9][a-z0-9_-]{0,63})?:[A-Z0-9]{3,30}$/, "must be slack:U…, discord:… or slack/<account>:U…"))
    .min(1)
    .describe("Who they are on a platform, such as slack:U012AB3CD."),
  role: z
    .enum(["support", "approver", "manager"])
    .describe("support answers customers; approver decides everyday approvals too; manager decides those of a manager, and takes conversations from others."),
});

/** Rooms of Slack and Discord in which people of the agency work, and who these people are. */
export const desk = z
  .strictObject({
    rooms: z.array(room).default([]),
    operators: z.record(z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/, "must be small letters, digits, dot, - and _"), operator).default({}),
  })
  .superRefine(({ rooms, operators }, context) => {
    const seen = new Map<string, string>();
    for (const [id, { users }] of Object.entries(operators))
      for (const user of users) {
        const other = seen.get(user);
        if (other !== undefined && other !== id)
          context.addIssue({ code: "custom", path: ["operators", id, "users"], message: `${user} is ${other} already; one person is one operator` });
        seen.set(user, id);
      }
    rooms.forEach(({ channel, account: of, room: id }, index) => {
      if (rooms.findIndex((one) => one.channel === channel && one.account === of && one.room === id) !== index)
        context.addIssue({ code: "custom", path: ["rooms", index], message: "this room is listed twice" });
    });
  });
