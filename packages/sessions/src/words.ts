import type { TranscriptEntry } from "@travelagent/protocol/messages";

const roles = { user: "user", assistant: "assistant", toolResult: "tool" } as const;

/** What a message says, in one line of at most `maxChars`; undefined for what no chat shows. */
export function words({ message }: TranscriptEntry, maxChars: number): { role: "user" | "assistant" | "tool"; text: string } | undefined {
  if (message.role === "user" && message.synthetic) return undefined;
  const text = (typeof message.content === "string" ? message.content : message.content.map((block) => (block.type === "text" ? block.text : "")).join(" "))
    .replace(/\s+/g, " ")
    .trim();
  if (text === "") return undefined;
  const characters = Array.from(text);
  return { role: roles[message.role], text: characters.length > maxChars ? `${characters.slice(0, maxChars - 1).join("")}…` : text };
}
