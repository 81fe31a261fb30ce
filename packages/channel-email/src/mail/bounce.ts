import type { FailureCode } from "@travelagent/protocol/messages";
import { idsIn, type Mail } from "./parse-mail.ts";

/** A mail that did not arrive, as its server reports (RFC 3464). */
export interface Bounce {
  /** Of the mail that did not arrive. */
  messageIds: readonly string[];
  recipient: string | undefined;
  reason: string;
  code: FailureCode | undefined;
}

const field = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, "im").exec(text)?.[1]?.replace(/\s+/g, " ").trim();

/** Undefined for what is no report of a failure: a delay is none, it is tried again. */
export function bounceOf(mail: Mail): Bounce | undefined {
  const status = mail.files.find(({ mimeType }) => mimeType === "message/delivery-status" || mimeType === "message/global-delivery-status");
  if (!status) return undefined;
  const groups = textOf(status.bytes).split(/\r?\n[ \t]*\r?\n/);
  const failed = groups.find((group) => field(group, "action")?.toLowerCase() === "failed");
  if (!failed) return undefined;
  const original = mail.files.filter(({ mimeType }) => /^(?:message\/(?:rfc822|global)|text\/rfc822)/.test(mimeType)).map(({ bytes }) => textOf(bytes));
  const [firstOriginal = ""] = original;
  const head = firstOriginal.split(/\r?\n\r?\n/)[0] ?? "";
  const code = field(failed, "status");
  const why = field(failed, "diagnostic-code")?.replace(/^smtp;\s*/i, "");
  return {
    messageIds: [...new Set([...idsIn(field(head, "message-id") ?? ""), ...mail.inReplyTo, ...mail.references])],
    recipient: field(failed, "(?:original|final)-recipient")
      ?.replace(/^[^;]*;\s*/, "")
      .toLowerCase(),
    reason: [code, why].filter(Boolean).join(" ").slice(0, 300) || "the mail server could not deliver it",
    code: code !== undefined && /^5\.1\.(?:1|2|3|6|10)$|^5\.7\.17$/.test(code) ? "no-such-recipient" : undefined,
  };
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 200_000)).toString("utf8");
