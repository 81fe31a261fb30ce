import * as z from "zod";

const name = z.string().trim().min(1).max(200).describe("full name of the customer");
const contact = {
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, "international form, such as +34600111222")
    .optional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/)
    .max(35)
    .optional()
    .describe("BCP 47, such as pt or en-GB"),
};

export const NoArgs = z.strictObject({});
export const CreateCustomerArgs = z.strictObject({ name, ...contact });
export const UpdateCustomerArgs = z
  .strictObject({ name: name.optional(), ...contact })
  .refine((changes) => Object.values(changes).some((value) => value !== undefined), "say at least one thing that changes");
export const BookingHistoryArgs = z.strictObject({ limit: z.int().min(1).max(50).optional().describe("10 unless given") });
export const CreateLeadArgs = z.strictObject({
  summary: z.string().trim().min(1).max(1000).describe("what the person wants, in one or two sentences"),
  destination: z.string().trim().min(1).max(200).optional(),
  dates: z.string().trim().min(1).max(200).optional().describe("as the person said it"),
  budget: z.string().trim().min(1).max(100).optional().describe("as the person said it"),
});
export const UpdateLeadArgs = z
  .strictObject({
    nextStep: z
      .strictObject({
        what: z.string().trim().min(1).max(500).describe("what a colleague does next"),
        dueAt: z.iso.datetime({ offset: true }).optional().describe("ISO 8601 with an offset, such as 2027-01-20T17:00:00+01:00"),
      })
      .optional(),
    leadId: z.string().min(1).max(200).optional().describe("for colleagues; left out, the open lead of this conversation"),
    stage: z.enum(["new", "contacted", "qualified", "quoted", "won", "lost"]).optional().describe("for colleagues"),
    lostReason: z.string().trim().min(1).max(500).optional().describe("for colleagues; why it was lost"),
    owner: z.string().trim().min(1).max(200).optional().describe("for colleagues"),
  })
  .refine(({ nextStep, stage, owner }) => nextStep !== undefined || stage !== undefined || owner !== undefined, "say at least one thing that changes");
export const AddNoteArgs = z.strictObject({ text: z.string().trim().min(1).max(4000).describe("a fact a colleague should know") });
