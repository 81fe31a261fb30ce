import { z } from "zod";

/** Decimal strings as documented; some endpoints send JSON numbers. */
export const amount = z.union([z.string(), z.number()]);

/** Identifiers and numbers that are documented as strings and sometimes are not. */
export const text = z.union([z.string(), z.number()]).transform(String);
