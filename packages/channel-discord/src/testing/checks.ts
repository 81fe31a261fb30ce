interface Body {
  content?: unknown;
  embeds?: { title?: string; description?: string; footer?: { text?: string } }[];
  components?: { type?: number; components?: { type?: number; style?: number; label?: string; custom_id?: string }[] }[];
  allowed_mentions?: unknown;
  nonce?: unknown;
  enforce_nonce?: unknown;
}

/** What Discord would refuse in a message, and what ours must never be without: nobody is called, and nothing is said twice. */
export function messageProblem(body: Body, files: number, created: boolean): string | undefined {
  const { content = "", embeds = [], components = [] } = body;
  if (typeof content !== "string" || content.length > 2000) return "BASE_TYPE_MAX_LENGTH content";
  if (content.trim() === "" && embeds.length === 0 && files === 0 && created) return "Cannot send an empty message";
  for (const { title = "", description = "" } of embeds)
    if (title.length > 256 || description.length > 4096 || description === "") return "BASE_TYPE_MAX_LENGTH embeds";
  if (components.length > 5) return "BASE_TYPE_BAD_LENGTH components";
  const ids = components.flatMap((row) => row.components ?? []).map(({ custom_id }) => custom_id);
  if (new Set(ids).size !== ids.length) return "COMPONENT_CUSTOM_ID_DUPLICATED";
  for (const row of components) {
    const inside = row.components ?? [];
    if (row.type !== 1 || inside.length < 1 || inside.length > 5) return "BASE_TYPE_BAD_LENGTH components";
    for (const { type, style, label = "", custom_id = "" } of inside)
      if (type !== 2 || ![1, 2, 3, 4].includes(style ?? 0) || label.length < 1 || label.length > 80 || custom_id.length < 1 || custom_id.length > 100)
        return "BASE_TYPE_BAD_LENGTH components.button";
  }
  if (JSON.stringify(body.allowed_mentions)?.includes('"parse":[]') !== true) return "allowed_mentions is missing: this could call everybody";
  if (created && (typeof body.nonce !== "string" || body.nonce.length > 25 || body.enforce_nonce !== true)) return "nonce is missing";
  return undefined;
}

/** As people read it. */
export const visible = (text: string): string => text.replace(/\\([\\*_~`|<>[\]()@#\-+.])/g, "$1");
