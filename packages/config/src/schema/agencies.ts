import * as z from "zod";

/** Brands that share one gateway. Their customers never meet: the same number or chat id at two of them is two people. */
export const agencies = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "lower case letters, digits and dashes"),
    z.strictObject({
      name: z.string().min(1).max(200).optional().describe("What people call it."),
      accounts: z
        .array(z.string().regex(/^[^:\s]+:\S+$/, 'must be "channel:account", such as "telegram:north"'))
        .min(1)
        .describe("Accounts of channels whose customers are this agency's. All others are those of the agency `main`."),
    }),
  )
  .describe("Agencies beside the first one, by an id of your choice.");

/** An account belongs to one agency, and the first one needs no list. */
export function agencyProblems(given: z.output<typeof agencies>): { path: (string | number)[]; message: string }[] {
  const owner = new Map<string, string>();
  return Object.entries(given).flatMap(([id, { accounts }]) => [
    ...(id === "main" ? [{ path: ["agencies", id], message: '"main" is the agency of all other accounts; choose another id' }] : []),
    ...accounts.flatMap((account, index) => {
      const key = account.toLowerCase();
      const other = owner.get(key);
      owner.set(key, id);
      return other === undefined ? [] : [{ path: ["agencies", id, "accounts", index], message: `${account} belongs to ${other} already` }];
    }),
  ]);
}
