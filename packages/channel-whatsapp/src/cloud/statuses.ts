import type { DeliveryReport } from "@travelagent/protocol/messages";
import type { Sends } from "../sends.ts";
import { inWords, meaningOf } from "./graph-error.ts";
import { referred } from "./reference.ts";
import type { CloudStatus } from "./webhook.ts";

/** Remembers what a status proves, and tells it where it is news. Undefined for what nobody needs to hear. */
export async function reportOf(status: CloudStatus, sends: Sends): Promise<DeliveryReport | undefined> {
  const [error] = status.errors ?? [];
  const given = error && {
    code: error.code,
    message: error.title ?? error.message ?? "not delivered",
    ...(error.error_data?.details === undefined ? {} : { details: error.error_data.details }),
  };
  const reason = given ? inWords(given) : "WhatsApp could not deliver it";
  const code = given && meaningOf(given).code;
  const failed = status.status === "failed";

  const own = referred(status.biz_opaque_callback_data);
  const sendId = own?.sendId ?? (await sends.withMessage(status.id));
  const rows = sendId === undefined ? [] : await sends.of(sendId);
  const row = rows.find(({ part, messageId }) => (own ? part === own.part : messageId === status.id));
  // Another message of ours under the same reference is of an attempt that a person ordered after this one.
  if (sendId !== undefined && row && (row.messageId === undefined || row.messageId === status.id)) {
    if (failed) await sends.failed(sendId, row.part, status.id, reason, code);
    else if (row.state !== "accepted") await sends.accepted(sendId, row.part, status.id);
  }

  const state = failed ? "failed" : status.status === "delivered" ? "delivered" : status.status === "read" || status.status === "played" ? "read" : undefined;
  if (state === undefined) return undefined;
  const last = rows.find(({ part, parts }) => part === parts - 1);
  // Of a long message the last piece counts, as in its receipt; but one that fails is a hole in the whole.
  if (row && !failed && row !== last) return undefined;
  const externalId = row && row !== last ? (last?.messageId ?? status.id) : status.id;
  return {
    externalId,
    state,
    at: Number(status.timestamp) * 1000,
    ...(failed ? { reason, ...(code === undefined ? {} : { code }) } : {}),
    ...(row && sendId !== undefined ? { sendId } : {}),
  };
}
