import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database } from "@travelagent/protocol/ports";

/** A hook of the agency's own making: whoever has the token posts to its name, and an agent is set to work. */
export interface WebhookTrigger {
  name: string;
  /** What the agent is told; `{{path.of.a.value}}` stands for a value of what was posted. */
  message: string;
  agentId?: string;
}

/** Kept beside the mappings of the configuration, which go first. */
export interface WebhookTriggers {
  /** The same again changes nothing. Raises `CONFLICT` for a name that is taken. */
  add(trigger: WebhookTrigger & { by: string }): Promise<void>;
  find(name: string): Promise<WebhookTrigger | undefined>;
  list(): Promise<WebhookTrigger[]>;
  /** Raises `NOT_FOUND`. */
  remove(name: string): Promise<void>;
}

export function createWebhookTriggers({ db, clock, isTaken }: { db: Database; clock: Clock; isTaken(name: string): boolean }): WebhookTriggers {
  const read = (row: Record<string, unknown>): WebhookTrigger => ({
    name: row.name as string,
    message: row.message as string,
    ...(row.agent_id ? { agentId: row.agent_id as string } : {}),
  });
  return {
    async add({ name, message, agentId, by }) {
      if (isTaken(name)) throw new TravelAgentError("CONFLICT", `the name ${name} is taken; choose another`);
      const row = await db.transaction(async (tx) => {
        await tx.run(
          "insert into webhook_trigger (name, message, agent_id, created_by, created_at) values (?, ?, ?, ?, ?) on conflict (name) do nothing",
          name,
          message,
          agentId ?? null,
          by,
          clock.now(),
        );
        return tx.get("select * from webhook_trigger where name = ?", name);
      });
      if (row?.message !== message || (row.agent_id ?? undefined) !== agentId)
        throw new TravelAgentError("CONFLICT", `there is another trigger ${name}; remove it first`);
    },
    async find(name) {
      const row = await db.get("select * from webhook_trigger where name = ?", name);
      return row && read(row);
    },
    list: async () => (await db.all("select * from webhook_trigger order by name")).map(read),
    async remove(name) {
      const { changes } = await db.transaction((tx) => tx.run("delete from webhook_trigger where name = ?", name));
      if (changes === 0) throw new TravelAgentError("NOT_FOUND", `there is no trigger ${name}`);
    },
  };
}
