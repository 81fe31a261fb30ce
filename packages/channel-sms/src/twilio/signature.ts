import { createHmac, timingSafeEqual } from "node:crypto";

/** As `X-Twilio-Signature` has it: the address as Twilio was told it, then every field with its value in the order of their names. */
export function twilioSignature(authToken: string, url: string, fields: URLSearchParams): string {
  const names = [...new Set(fields.keys())].sort();
  const said = names
    .map((name) =>
      [...new Set(fields.getAll(name))]
        .sort()
        .map((value) => name + value)
        .join(""),
    )
    .join("");
  return createHmac("sha1", authToken)
    .update(url + said, "utf8")
    .digest("base64");
}

/** Takes the same time for every wrong answer of the same length. */
export function isSigned(given: unknown, authToken: string, url: string, fields: URLSearchParams): boolean {
  if (typeof given !== "string") return false;
  const [a, b] = [Buffer.from(given), Buffer.from(twilioSignature(authToken, url, fields))];
  return a.length === b.length && timingSafeEqual(a, b);
}
