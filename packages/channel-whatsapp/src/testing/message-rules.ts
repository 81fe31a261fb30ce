/** A template as WhatsApp keeps it. */
export interface KnownTemplate {
  name: string;
  language: string;
  /** How many places the text has. */
  body: number;
  header?: number;
  urlButtons?: number;
  state: "APPROVED" | "PAUSED" | "DISABLED" | "REJECTED";
}

export interface KnownFile {
  id: string;
  bytes: Uint8Array;
  mimeType: string;
  fileName?: string;
}

export interface Refusal {
  status: number;
  code: number;
  message: string;
  details?: string;
}

type Fields = Record<string, unknown>;

const refuse = (details: string, code = 100, status = 400): Refusal => ({ status, code, message: `(#${code}) Invalid parameter`, details });
const isText = (given: unknown, min: number, max: number): given is string => typeof given === "string" && given.length >= min && given.length <= max;
const fieldsOf = (given: unknown): Fields => (typeof given === "object" && given !== null && !Array.isArray(given) ? (given as Fields) : {});
const listOf = (given: unknown): Fields[] => (Array.isArray(given) ? given.map(fieldsOf) : []);
const unknownKeys = (given: Fields, known: readonly string[]): string | undefined => Object.keys(given).find((key) => !known.includes(key));

const envelope = ["messaging_product", "recipient_type", "to", "type", "context", "biz_opaque_callback_data"];
const kinds = ["text", "interactive", "image", "audio", "video", "document", "location", "template", "reaction"] as const;
const mediaTypes: Readonly<Record<string, { type: RegExp; max: number }>> = {
  image: { type: /^image\/(jpeg|png)$/, max: 5 << 20 },
  audio: { type: /^audio\/(aac|amr|mpeg|mp4|ogg)/, max: 16 << 20 },
  video: { type: /^video\/(mp4|3gpp)$/, max: 16 << 20 },
  document: { type: /^(text\/plain|application\/(pdf|msword|vnd\.))/, max: 100 << 20 },
};

/** What WhatsApp would refuse of a message, by its documentation; undefined for a good one. */
export function refusalOfMessage(
  given: Fields,
  known: { files: ReadonlyMap<string, KnownFile>; templates: readonly KnownTemplate[]; isWindowOpen(waId: string): boolean },
): Refusal | undefined {
  const { type, to } = given;
  if (given.messaging_product !== "whatsapp") return refuse("messaging_product must be whatsapp");
  if (typeof type !== "string" || !(kinds as readonly string[]).includes(type)) return refuse(`type ${String(type)} is not known`);
  const extra = unknownKeys(given, [...envelope, type]);
  if (extra !== undefined) return refuse(`unexpected key "${extra}"`);
  if (given.recipient_type !== "individual") return refuse("recipient_type must be individual");
  if (typeof to !== "string" || !/^[1-9]\d{6,14}$/.test(to)) return refuse("to must be a number with its country code");
  if (given.biz_opaque_callback_data !== undefined && !isText(given.biz_opaque_callback_data, 1, 512))
    return refuse("biz_opaque_callback_data is longer than 512");
  if (given.context !== undefined && !String(fieldsOf(given.context).message_id).startsWith("wamid.")) return refuse("context.message_id is no message");
  const wrong = bodyRefusal(type, fieldsOf(given[type]), known);
  if (wrong) return wrong;
  if (type !== "template" && type !== "reaction" && !known.isWindowOpen(to))
    return {
      status: 400,
      code: 131047,
      message: "(#131047) Re-engagement message",
      details: "More than 24 hours have passed since the customer last replied to this number",
    };
  return undefined;
}

function bodyRefusal(type: string, body: Fields, { files, templates }: Parameters<typeof refusalOfMessage>[1]): Refusal | undefined {
  switch (type) {
    case "text":
      return unknownKeys(body, ["body", "preview_url"]) !== undefined || !isText(body.body, 1, 4096)
        ? refuse("text.body must have 1 to 4096 characters")
        : undefined;
    case "interactive":
      return interactiveRefusal(body);
    case "location": {
      const { latitude, longitude } = body;
      return typeof latitude !== "number" || typeof longitude !== "number" || Math.abs(latitude) > 90 || Math.abs(longitude) > 180
        ? refuse("location needs latitude and longitude")
        : undefined;
    }
    case "reaction":
      return String(body.message_id).startsWith("wamid.") && typeof body.emoji === "string" ? undefined : refuse("reaction needs message_id and emoji");
    case "template":
      return templateRefusal(body, templates);
    default: {
      const rule = mediaTypes[type]!;
      const file = files.get(String(body.id));
      if (!file) return refuse("no such file was uploaded for this number", 131053);
      if (!rule.type.test(file.mimeType) || file.bytes.length > rule.max) return refuse(`${file.mimeType} of ${file.bytes.length} bytes is no ${type}`, 131053);
      if (unknownKeys(body, ["id", ...(type === "audio" ? [] : ["caption"]), ...(type === "document" ? ["filename"] : [])]) !== undefined)
        return refuse(`unexpected key in ${type}`);
      return body.caption !== undefined && !isText(body.caption, 1, 1024) ? refuse("a caption has 1 to 1024 characters") : undefined;
    }
  }
}

function interactiveRefusal(body: Fields): Refusal | undefined {
  const action = fieldsOf(body.action);
  if (!isText(fieldsOf(body.body).text, 1, 1024)) return refuse("interactive.body.text must have 1 to 1024 characters");
  const unique = (values: unknown[]): boolean => new Set(values).size === values.length;
  if (body.type === "button") {
    const replies = listOf(action.buttons).map((button) => (button.type === "reply" ? fieldsOf(button.reply) : {}));
    if (replies.length < 1 || replies.length > 3) return refuse("1 to 3 buttons");
    if (replies.some(({ id, title }) => !isText(id, 1, 256) || !isText(title, 1, 20)))
      return refuse("a button has a title of 1 to 20 characters and an id of 1 to 256");
    return unique(replies.map(({ id }) => id)) && unique(replies.map(({ title }) => title)) ? undefined : refuse("titles and ids of buttons must be unique");
  }
  if (body.type !== "list") return refuse("interactive.type must be button or list");
  if (!isText(action.button, 1, 20)) return refuse("action.button must have 1 to 20 characters");
  const sections = listOf(action.sections);
  const rows = sections.flatMap((section) => listOf(section.rows));
  if (sections.length < 1 || rows.length < 1 || rows.length > 10) return refuse("a list has 1 to 10 rows");
  if (sections.some(({ title }) => (sections.length > 1 || title !== undefined) && !isText(title, 1, 24)))
    return refuse("a section has a title of 1 to 24 characters");
  if (rows.some(({ id, title, description }) => !isText(id, 1, 200) || !isText(title, 1, 24) || (description !== undefined && !isText(description, 1, 72))))
    return refuse("a row has a title of 1 to 24 characters, a description of 1 to 72 and an id of 1 to 200");
  return unique(rows.map(({ id }) => id)) ? undefined : refuse("ids of rows must be unique");
}

function templateRefusal(body: Fields, templates: readonly KnownTemplate[]): Refusal | undefined {
  const { code } = fieldsOf(body.language);
  const found = templates.find(({ name, language }) => name === body.name && language === code);
  if (!found)
    return {
      status: 404,
      code: 132001,
      message: "(#132001) Template name does not exist in the translation",
      details: `template name (${String(body.name)}) does not exist in ${String(code)}`,
    };
  if (found.state === "PAUSED") return { status: 400, code: 132015, message: "(#132015) Template is paused" };
  if (found.state === "DISABLED") return { status: 400, code: 132016, message: "(#132016) Template is disabled" };
  if (found.state !== "APPROVED") return { status: 404, code: 132001, message: "(#132001) Template name does not exist in the translation" };
  const components = listOf(body.components);
  const parameters = (type: string) => components.filter((one) => one.type === type).flatMap((one) => listOf(one.parameters));
  for (const [type, expected] of [
    ["body", found.body],
    ["header", found.header ?? 0],
    ["button", found.urlButtons ?? 0],
  ] as const) {
    const given = parameters(type);
    if (given.length !== expected)
      return {
        status: 400,
        code: 132000,
        message: "(#132000) Number of parameters does not match the expected number of params",
        details: `${type}: number of localizable_params (${given.length}) does not match the expected number of params (${expected})`,
      };
    if (given.some(({ type: kind, text }) => kind !== "text" || typeof text !== "string" || text === "" || /[\n\t]| {5}/.test(text)))
      return { status: 400, code: 132018, message: "(#132018) Param text cannot have new-line/tab characters or more than 4 consecutive spaces" };
  }
  return undefined;
}
