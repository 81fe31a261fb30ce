import type { z } from "zod";

/** Those of a list that are what the schema says. One that a vendor sent in a way nobody expected does not take the others with it. */
export function eachReadable<S extends z.ZodType>(schema: S, list: readonly unknown[]): z.infer<S>[] {
  return list.flatMap((one) => {
    const parsed = schema.safeParse(one);
    return parsed.success ? [parsed.data] : [];
  });
}

/** What `read` makes of a part of a reply; undefined where it cannot be understood, such as an amount that is none. */
export function readable<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
