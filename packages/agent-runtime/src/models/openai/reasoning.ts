import type { ResponseReasoningItem } from "openai/resources/responses/responses";

/** What must come back to the vendor unchanged, as the signature of a thinking block; undefined when it cannot be sent back. */
export const reasoningSignature = (item: ResponseReasoningItem): string | undefined =>
  item.encrypted_content ? JSON.stringify({ id: item.id, encrypted: item.encrypted_content }) : undefined;

/** The item of a thinking block. A signature that is not of this form is not sent. */
export function readReasoning(thinking: string, signature: string): ResponseReasoningItem | undefined {
  try {
    const { id, encrypted } = JSON.parse(signature) as { id?: unknown; encrypted?: unknown };
    if (typeof id !== "string" || typeof encrypted !== "string") return undefined;
    return { type: "reasoning", id, encrypted_content: encrypted, summary: thinking === "" ? [] : [{ type: "summary_text", text: thinking }] };
  } catch {
    return undefined;
  }
}
