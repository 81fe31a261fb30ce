import type { ErrorCode, TravelAgentError } from "@travelagent/protocol";

/** An error of ours. Loaded late: a command that succeeds does not need the protocol for it. */
export async function failure(code: ErrorCode, message: string, details?: unknown): Promise<TravelAgentError> {
  const { TravelAgentError } = await import("@travelagent/protocol");
  return new TravelAgentError(code, message, details === undefined ? {} : { details });
}

/** 2 for wrong usage and invalid configuration, 1 for everything else that went wrong. */
export const exitCodeOf = (error: unknown): number => (["INVALID_REQUEST", "CONFIG_INVALID"].includes(codeOf(error)) ? 2 : 1);

/** One line: the code and what to do. */
export function errorLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `${codeOf(error)}: ${message.replace(/\s*\n\s*/g, "; ")}`;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "INTERNAL";
};
