import { createHmac, timingSafeEqual } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";

/** How old a signed post may be, to either side: Slack's own advice. */
const windowMs = 5 * 60_000;

const one = (value: string | string[] | undefined): string => (typeof value === "string" ? value : "");

/** Raises `UNAUTHORIZED` unless Slack signed exactly this body within the last five minutes (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
export function checkSignature(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  body: string,
  { signingSecret, now }: { signingSecret: string; now: number },
): void {
  const refuse = (): never => {
    throw new TravelAgentError("UNAUTHORIZED", "this post was not signed by Slack with the signing secret of this app, or is too old");
  };
  const timestamp = one(headers["x-slack-request-timestamp"]);
  if (!/^\d{9,11}$/.test(timestamp) || Math.abs(now - Number(timestamp) * 1000) > windowMs) refuse();
  const expected = Buffer.from(`v0=${createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex")}`);
  const given = Buffer.from(one(headers["x-slack-signature"]));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) refuse();
}
