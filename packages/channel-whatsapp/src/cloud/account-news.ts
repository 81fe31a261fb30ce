import type { AccountState } from "./account-state.ts";
import type { CloudChange } from "./webhook.ts";

/** What WhatsApp says of the account: its quality, its templates, blocks. */
export function accountNews(
  { field, value }: Pick<CloudChange, "field" | "value">,
  state: AccountState,
  templates: ReadonlySet<string>,
  warn: (text: string, fields: Record<string, unknown>) => void,
): void {
  const { event = "" } = value;
  const words = event.toLowerCase().replaceAll("_", " ");
  if (field === "phone_number_quality_update") {
    if (event === "FLAGGED") state.raise("quality", { state: "degraded", reason: "WhatsApp rates the quality of this number as low" });
    if (event === "DOWNGRADE") state.raise("quality", { state: "degraded", reason: "WhatsApp lets this number begin fewer conversations a day than before" });
    if (event === "UNFLAGGED" || event === "UPGRADE") state.clear("quality");
  }
  const name = value.message_template_name;
  if (field === "message_template_status_update" && name !== undefined && templates.has(name)) {
    const key = `template ${name} ${value.message_template_language ?? ""}`;
    if (event === "APPROVED" || event === "REINSTATED") state.clear(key);
    if (/^(?:REJECTED|PAUSED|DISABLED|FLAGGED|PENDING_DELETION)$/.test(event)) {
      warn("WhatsApp does not accept a template any more, or soon", { template: name, event, reason: value.reason ?? undefined });
      state.raise(key, { state: "degraded", reason: `the WhatsApp template ${name} is ${words}` });
    }
  }
  if (field === "account_update" && /RESTRICTION|VIOLATION|DISABLED|DELETED/.test(event))
    state.raise("account", { state: "degraded", reason: `WhatsApp says about this account: ${words}` });
  if (field === "account_update" && /REINSTATED|VERIFIED/.test(event)) state.clear("account");
}
