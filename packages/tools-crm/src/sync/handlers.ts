import type { Handlers } from "@travelagent/protocol";
import type { CrmSync } from "./crm-sync.ts";

/** The exchange on the wire. `crm.sync` answers when it has begun. */
export const crmSyncHandlers = (sync: CrmSync): Handlers => ({
  "crm.status": async () => ({ ...(await sync.status()) }),
  "crm.conflicts": async (params) => {
    const { conflicts, nextCursor } = await sync.conflicts({
      ...(params?.state === undefined ? {} : { state: params.state }),
      ...(params?.limit === undefined ? {} : { limit: params.limit }),
      ...(params?.cursor === undefined ? {} : { cursor: params.cursor }),
    });
    return { conflicts: conflicts.map((conflict) => ({ ...conflict })), ...(nextCursor === undefined ? {} : { nextCursor }) };
  },
  "crm.resolve": async ({ id, action, customerId }) => ({
    conflict: { ...(await sync.resolve({ id, action, ...(customerId === undefined ? {} : { customerId }) })) },
  }),
  "crm.sync": async () => {
    void sync.sync();
    return { ...(await sync.status()) };
  },
});
