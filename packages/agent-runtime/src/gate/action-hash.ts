import { createHash } from "node:crypto";
import { canonicalJson } from "@travelagent/protocol";

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a yes is bound to: the tool, its arguments, and everything the action says must stay the same. */
export const actionHash = (tool: string, args: unknown, subject: Record<string, unknown>): string => sha256(canonicalJson({ tool, args, subject }));
