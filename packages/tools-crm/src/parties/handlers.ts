import type { Handlers } from "@travelagent/protocol";
import { given } from "../given.ts";
import type { Parties, Party, PartyMember } from "./parties.ts";

const shown = (party: Party) => ({ ...party, members: [...party.members] });

/** Households and travel parties on the wire. */
export const partyHandlers = (parties: Parties): Handlers => ({
  "customers.parties.list": async ({ customerId }) => ({ parties: (await parties.of(customerId)).map(shown) }),
  "customers.parties.save": async ({ id, customerId, name, members, expectedVersion, idempotencyKey }) => ({
    party: shown(
      await parties.save(
        { ...(id === undefined ? {} : { id }), customerId, name, members: members.map((member) => given(member) as PartyMember) },
        { idempotencyKey, ...(expectedVersion === undefined ? {} : { expectedVersion }) },
      ),
    ),
  }),
  "customers.parties.remove": async ({ id }) => ({ removed: await parties.remove(id) }),
});
