import type { SimulatedRequest } from "../kit/index.ts";
import type { StripeBooks } from "./books.ts";

/** `expand[]=` as most write it, or numbered as Stripe's own client does. */
const wanted = ({ form, query }: SimulatedRequest): string[] => [...form, ...query].flatMap(([name, value]) => (/^expand\[\d*\]$/.test(name) ? [value] : []));

/** The object with the references the request names replaced by what they stand for. */
export async function expand(books: StripeBooks, object: unknown, request: SimulatedRequest): Promise<unknown> {
  const load = async (id: string): Promise<unknown> => {
    const found = id.startsWith("pi_")
      ? await books.intents.get(id)
      : id.startsWith("ch_")
        ? await books.charges.get(id)
        : id.startsWith("txn_")
          ? await books.transactions.get(id)
          : undefined;
    return found ?? id;
  };
  async function along(at: unknown, [name, ...rest]: string[]): Promise<void> {
    if (name === undefined || typeof at !== "object" || at === null) return;
    if (Array.isArray(at)) {
      for (const one of at) await along(one, [name, ...rest]);
      return;
    }
    const fields = at as Record<string, unknown>;
    const value = fields[name];
    if (typeof value === "string") fields[name] = await load(value);
    await along(fields[name], rest);
  }
  const copy = structuredClone(object);
  for (const path of wanted(request)) await along(copy, path.split("."));
  return copy;
}
