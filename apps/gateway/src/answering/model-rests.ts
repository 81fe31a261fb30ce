import { type Cooldowns, createCooldowns } from "@travelagent/agent-runtime";
import { createKeyRing, type KeyRing, openPauseStore, openPauses } from "@travelagent/agent-runtime/models/keys";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import { providerOfKey } from "./model-providers.ts";

/** Which models and keys are left in peace until when, also after a restart. */
export interface ModelRests {
  cooldowns: Cooldowns;
  ring: KeyRing;
}

/** `coolsDown` is asked at each use: whether a provider is left in peace after a failure. */
export async function openModelRests(options: { db: Database; clock: Clock; log: Logger; coolsDown(provider: string): boolean }): Promise<ModelRests> {
  const { db, clock, log, coolsDown } = options;
  const pauses = await openPauses({ clock, log, store: await openPauseStore({ db }) });
  return {
    cooldowns: createCooldowns({ clock, pauses, applies: ({ provider }) => coolsDown(provider) }),
    ring: createKeyRing({ clock, pauses, log, applies: ({ id }) => coolsDown(providerOfKey(id)) }),
  };
}
