import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { CredentialStore, GatewayConfig, StatePaths } from "@travelagent/config";
import { createSeal, type MediaFiles, mediaPersonalData, mediaRetention, openMedia, standardLimits } from "@travelagent/media";
import { TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore, RetentionStore, SessionsInUse } from "@travelagent/protocol/personal-data";
import type { Clock, Database } from "@travelagent/protocol/ports";

/** Among the agency's encrypted credentials; nobody types or reads it. */
const keyName = "media.key";
const mib = 1024 * 1024;

export interface OpenedMedia {
  media: MediaFiles;
  personalData: PersonalDataStore;
  retention(inUse: SessionsInUse): RetentionStore;
}

/** Files of conversations, below `media/` of the state directory, under a key of the agency's. */
export async function openConversationMedia({
  config,
  paths,
  db,
  credentials,
  clock,
}: {
  config: GatewayConfig;
  paths: StatePaths;
  db: Database;
  credentials: CredentialStore;
  clock: Clock;
}): Promise<OpenedMedia> {
  const directory = join(paths.base, "media");
  const { maxMb } = config.media;
  const media = await openMedia({
    db,
    directory,
    seal: async () => createSeal(await keyFrom(credentials)),
    clock,
    limits: {
      image: maxMb.image === undefined ? standardLimits.image : maxMb.image * mib,
      audio: maxMb.audio === undefined ? standardLimits.audio : maxMb.audio * mib,
      video: maxMb.video === undefined ? standardLimits.video : maxMb.video * mib,
      document: maxMb.document === undefined ? standardLimits.document : maxMb.document * mib,
    },
  });
  return { media, personalData: mediaPersonalData({ db, directory, media }), retention: (inUse) => mediaRetention({ db, media, inUse }) };
}

async function keyFrom(credentials: CredentialStore): Promise<Buffer> {
  try {
    return Buffer.from(await credentials.get(keyName), "base64");
  } catch (error) {
    if (!TravelAgentError.is(error, "NOT_FOUND")) throw error;
    const key = randomBytes(32);
    await credentials.set(keyName, key.toString("base64"));
    return key;
  }
}
