import * as z from "zod";

const clock = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "21:00"');

export const templates = z.strictObject({
  dir: z.string().min(1).optional().describe("Folder of the agency's own texts, <name>/<locale>[.<channel>].md. Default: templates in the state directory."),
  quietHours: z
    .strictObject({
      from: clock.default("21:00").describe("From then on nothing that can wait is sent, by the customer's clock."),
      to: clock.default("08:00").describe("Until then; the same as `from`: no hour is quiet."),
      days: z.array(z.int().min(1).max(7)).min(1).optional().describe("Days on which such messages go out, 1 is Monday. Default every day."),
    })
    .prefault({}),
});
