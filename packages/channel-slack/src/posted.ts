import { TravelAgentError } from "@travelagent/protocol";

/** What is answered to a post, as JSON. */
export type PostedReply = { challenge: string } | { response_type: "ephemeral"; text: string } | Record<string, never>;

export type Post =
  | { type: "url_verification"; challenge: string }
  | { type: "events_api" | "interactive" | "slash_commands"; payload: Record<string, unknown> };

/** A signed post by what it is: events come as JSON, presses and commands as forms. Raises `INVALID_REQUEST`. */
export function readPost(headers: Readonly<Record<string, string | string[] | undefined>>, body: string): Post {
  if (String(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    const form = new URLSearchParams(body);
    const payload = form.get("payload");
    if (payload !== null) return { type: "interactive", payload: objectOf(payload) };
    if (form.get("command") !== null && form.get("user_id") !== null && form.get("channel_id") !== null)
      return { type: "slash_commands", payload: Object.fromEntries(form) };
    throw wrong();
  }
  const given = objectOf(body);
  if (given.type === "url_verification" && typeof given.challenge === "string") return { type: "url_verification", challenge: given.challenge };
  if (given.type === "event_callback") return { type: "events_api", payload: given };
  throw wrong();
}

const wrong = () => new TravelAgentError("INVALID_REQUEST", "this is no post of Slack");

function objectOf(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw wrong();
}
