import type { GatewayConfig } from "@travelagent/config";
import type { AdmissionRules } from "@travelagent/gateway-core";
import type { Logger } from "@travelagent/protocol/ports";

type Policy = NonNullable<AdmissionRules["groupPolicy"]>;

/** What every channel's section says about who may write. */
export interface AdmissionSection {
  dmPolicy?: "pairing" | "allowlist" | "open" | "disabled" | "closed" | undefined;
  allowFrom?: string[] | undefined;
  groupPolicy?: Policy | undefined;
  groupAllowFrom?: string[] | undefined;
  groups?: string[] | Record<string, { requireMention?: boolean | undefined; allowFrom?: string[] | undefined }> | undefined;
}

const given = <T extends object>(from: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as never;

/**
 * Who may write. A channel that says nothing about strangers lets them in by code; one whose policy says so lets in nobody, or everybody.
 */
export function admissionOf(
  channel: string,
  { dmPolicy = "pairing", allowFrom, groupPolicy, groupAllowFrom, groups }: AdmissionSection,
  { log, defaults }: { log: Logger; defaults?: GatewayConfig["channels"]["defaults"] },
): AdmissionRules {
  const policy = dmPolicy === "closed" ? "disabled" : dmPolicy;
  if (policy === "allowlist" && !allowFrom?.length)
    log.warn("nobody may write on this channel: name people in allowFrom, or use another dmPolicy", { channel });
  return given({
    dmPolicy: policy,
    allowFrom,
    groupPolicy: groupPolicy ?? defaults?.groupPolicy,
    groupAllowFrom,
    groups: Array.isArray(groups)
      ? Object.fromEntries(groups.map((id) => [id, {}]))
      : groups &&
        Object.fromEntries(Object.entries(groups).map(([id, { requireMention, allowFrom: members }]) => [id, given({ requireMention, allowFrom: members })])),
  }) as AdmissionRules;
}
