/** What Slack would refuse in a text: signs of its own that open nothing, or names of people that nobody meant to call. */
export function textProblem(text: unknown): string | undefined {
  if (typeof text !== "string") return "no_text";
  if (text.length > 40_000) return "msg_too_long";
  const rest = text.replace(/<(?:https?:\/\/|mailto:|tel:)[^<>]*>/g, "");
  return /[<>]/.test(rest.replace(/^>/gm, "")) || /&(?!amp;|lt;|gt;)/.test(text) ? "invalid_text_not_escaped" : undefined;
}

interface AnyBlock {
  type?: string;
  text?: { type?: string; text?: string };
  elements?: { type?: string; action_id?: string; value?: string; style?: string; text?: { type?: string; text?: string } }[];
}

export function blocksProblem(blocks: AnyBlock[]): string | undefined {
  if (blocks.length > 50) return "invalid_blocks";
  for (const { type, text, elements } of blocks) {
    const length = text?.text?.length ?? 0;
    if (type === "header" && (text?.type !== "plain_text" || length < 1 || length > 150)) return "invalid_blocks";
    if (type === "section" && (length < 1 || length > 3000 || (text?.type === "mrkdwn" && textProblem(text.text)))) return "invalid_blocks";
    if (type === "actions") {
      const ids = new Set(elements?.map(({ action_id }) => action_id));
      if (!elements || elements.length < 1 || elements.length > 25 || ids.size !== elements.length) return "invalid_blocks";
      for (const one of elements) {
        const label = one.text?.text?.length ?? 0;
        if (one.type !== "button" || one.text?.type !== "plain_text" || label < 1 || label > 75 || (one.value?.length ?? 0) > 2000) return "invalid_blocks";
        if (one.style !== undefined && one.style !== "primary" && one.style !== "danger") return "invalid_blocks";
      }
    } else if (type !== "header" && type !== "section") return "invalid_blocks";
  }
  return undefined;
}

export function metadataProblem(metadata: { event_type?: unknown; event_payload?: unknown }): string | undefined {
  if (typeof metadata.event_type !== "string" || typeof metadata.event_payload !== "object" || metadata.event_payload === null)
    return "invalid_metadata_format";
  return undefined;
}

const unescaped = (text: string): string => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** What people read: links by their words, no signs of markup that Slack shows as such. */
export const visible = (text: string): string => unescaped(text.replace(/<([^<>|]+)\|([^<>]*)>/g, "$2").replace(/<((?:https?|mailto|tel):[^<>|]+)>/g, "$1"));
