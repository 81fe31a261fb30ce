import type { GatewayConfig } from "@travelagent/config";
import type { Scope } from "@travelagent/protocol";

type DeskConfig = GatewayConfig["desk"];

/** Somebody of the agency, as the configuration names them now. */
export interface Operator {
  id: string;
  /** In the audit log and as owner of conversations. */
  actor: string;
  name: string;
  scopes: readonly Scope[];
}

const scopesOf: Record<DeskConfig["operators"][string]["role"], readonly Scope[]> = {
  support: ["operator.read", "operator.write"],
  approver: ["operator.read", "operator.write", "operator.approvals"],
  manager: ["operator.read", "operator.write", "operator.approvals", "operator.admin"],
};

const prefix = "desk:";

/** Who a user of a platform is, asked for each press and each word: whoever is not named any more is nobody. */
export function operatorOf({ operators }: DeskConfig, at: { channel: string; accountId: string; user: string }): Operator | undefined {
  const user = `${at.channel}${at.accountId === "default" ? "" : `/${at.accountId}`}:${at.user}`;
  const [id, found] = Object.entries(operators).find(([, { users }]) => users.includes(user)) ?? [];
  return id === undefined || !found ? undefined : { id, actor: `${prefix}${id}`, name: found.name ?? id, scopes: scopesOf[found.role] };
}

/** How colleagues know whoever did something. */
export function nameOfActor({ operators }: DeskConfig, actor: string): string {
  const id = actor.startsWith(prefix) ? actor.slice(prefix.length) : undefined;
  return id === undefined ? actor : (operators[id]?.name ?? id);
}
