import type { Handlers } from "@travelagent/protocol";
import type { Linking } from "./linking.ts";

/** Claims on records, for people of the agency. */
export const linkHandlers = (linking: Pick<Linking, "list" | "decide">): Handlers => ({
  "customers.links.list": async ({ status, limit } = {}) => ({
    requests: await linking.list({ ...(status === undefined ? {} : { status }), ...(limit === undefined ? {} : { limit }) }),
  }),
  "customers.links.decide": async ({ id, decision }, { actor }) => ({ request: await linking.decide(id, decision, actor) }),
});
