import { readdir } from "node:fs/promises";
import { type AgencyOfAccount, type DataSubject, isSameAgency, type PersonalDataStore } from "@travelagent/protocol/personal-data";
import { type Account, accountKey } from "./account.ts";
import { accountOfFile, type PairingStore } from "./pairing-files.ts";

/** Who asked to be let in by code and who was: the files of the pairing store. A peer at an account of another agency is somebody else. */
export function pairingPersonalData({
  directory,
  store,
  agencyOf = () => undefined,
}: {
  directory: string;
  store: PairingStore;
  agencyOf?: AgencyOfAccount;
}): PersonalDataStore {
  const accounts = async (): Promise<Account[]> => {
    const names = await readdir(directory).catch(() => []);
    const found = new Map<string, Account>();
    for (const name of names) {
      const account = accountOfFile(name);
      if (account) found.set(accountKey(account), account);
    }
    return [...found.values()];
  };
  const idsAt = ({ identities }: Pick<DataSubject, "identities">, account: Account): Set<string> =>
    new Set(identities.filter(({ channel, agency }) => channel === account.channel && isSameAgency(agencyOf(account), agency)).map(({ peerId }) => peerId));

  return {
    name: "pairing",
    covers: { files: ["credentials/*-pairing.json", "credentials/*-allowFrom.json"] },
    async *export(subject) {
      for (const account of await accounts()) {
        const ids = idsAt(subject, account);
        const { requests, allowFrom } = await store.read(account);
        const own = requests.filter(({ id }) => ids.has(id));
        const letIn = allowFrom.filter((id) => ids.has(id));
        if (own.length + letIn.length === 0) continue;
        yield {
          path: `${account.channel}-${account.accountId}.json`,
          title: "That you asked to write to us, and may",
          content: {
            channel: account.channel,
            asked: own.map(({ id, createdAt, lastSeenAt, meta }) => ({ id, createdAt, lastSeenAt, ...(meta?.name === undefined ? {} : { name: meta.name }) })),
            letIn,
          },
        };
      }
    },
    async erase(subject) {
      let removed = 0;
      for (const account of await accounts()) {
        const ids = idsAt(subject, account);
        if (ids.size === 0) continue;
        removed += await store.change(account, (state) => {
          const before = state.requests.length + state.allowFrom.length;
          state.requests = state.requests.filter(({ id }) => !ids.has(id));
          state.allowFrom = state.allowFrom.filter((id) => !ids.has(id));
          return before - state.requests.length - state.allowFrom.length;
        });
      }
      return { removed, held: [] };
    },
  };
}
