import type * as z from "zod";
import type { channels } from "./channels.ts";

interface WithGroups {
  groups?: string[] | Record<string, { agentId?: string | undefined }> | undefined;
}

type Path = (string | number)[];

/** Agents that groups of channels name are there, and each is of a group that is named. */
export function checkGroupAgents(
  given: z.output<typeof channels>,
  { mustExist, problem }: { mustExist(agentId: string, path: Path): void; problem(path: Path, message: string): void },
): void {
  const check = (at: Path, { groups }: WithGroups): void => {
    for (const [group, { agentId }] of Object.entries(Array.isArray(groups) ? {} : (groups ?? {}))) {
      const path = [...at, "groups", group, "agentId"];
      if (agentId !== undefined) mustExist(agentId, path);
      if (agentId !== undefined && group === "*") problem(path, "name the group that gets an agent of its own; a binding gives one to a whole channel");
    }
  };
  for (const [id, channel] of Object.entries(given) as [string, (WithGroups & { accounts?: Record<string, WithGroups> | undefined }) | undefined][]) {
    if (!channel) continue;
    check(["channels", id], channel);
    for (const [account, own] of Object.entries(channel.accounts ?? {})) check(["channels", id, "accounts", account], own);
  }
}
