import type { ToolResultMessage, UserMessage } from "@travelagent/protocol/messages";
import { resultText, textsOf } from "../turns.ts";

/** The API has no flag for a failed call, so the text says it. */
export const outputText = (result: ToolResultMessage): string => (result.isError ? `Error: ${resultText(result)}` : resultText(result));

/** Parts of a user's message, the time note as the last one where it belongs. */
export const userTexts = (message: UserMessage, note: string | undefined): string[] => [...textsOf(message.content), ...(note === undefined ? [] : [note])];
