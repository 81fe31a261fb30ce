import type { AdmissionRules } from "@travelagent/gateway-core";
import type { Logger } from "@travelagent/protocol/ports";

/** What every channel's section says about who may write. */
export interface AdmissionSection {
  dmPolicy?: "pairing" | "allowlist" | "open" | "disabled" | undefined;
  allowFrom?: string[] | undefined;
  groupPolicy?: "open" | "allowlist" | "disabled" | undefined;
  groups?: string[] | Record<string, { requireMention?: boolean | undefined }> | undefined;
}

/** Who may write. A channel that says nothing about it is closed: strangers get in because somebody said so. */
export function admissionOf(channel: string, { dmPolicy, allowFrom, groups, groupPolicy }: AdmissionSection, log: Logger): AdmissionRules {
  const policy = dmPolicy === "pairing" ? "allowlist" : (dmPolicy ?? (allowFrom ? "allowlist" : "disabled"));
  if (policy === "disabled" && dmPolicy === undefined)
    log.warn("nobody may write on this channel: set its dmPolicy to open, or name people in allowFrom", { channel });
  if (dmPolicy === "pairing") log.warn("pairing by code is not there yet: only the people in allowFrom may write", { channel });
  const listed: Record<string, { requireMention?: boolean | undefined }> | undefined = Array.isArray(groups)
    ? Object.fromEntries(groups.map((id) => [id, {}]))
    : groups;
  const served: typeof listed = groupPolicy === "disabled" ? undefined : groupPolicy === "open" ? { "*": {}, ...listed } : listed;
  return {
    dmPolicy: policy,
    ...(allowFrom ? { allowFrom } : {}),
    ...(served
      ? {
          groups: Object.fromEntries(Object.entries(served).map(([id, { requireMention }]) => [id, requireMention === undefined ? {} : { requireMention }])),
        }
      : {}),
  };
}
