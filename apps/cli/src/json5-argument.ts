import { failure } from "./failure.ts";

/** The value of an argument in JSON5. `what` names it in the error, `INVALID_REQUEST`. */
export async function json5Argument(text: string, what: string): Promise<unknown> {
  const { parseJson5 } = await import("@travelagent/config");
  try {
    return parseJson5(text, what);
  } catch (error) {
    throw await failure("INVALID_REQUEST", error instanceof Error ? error.message : String(error));
  }
}
