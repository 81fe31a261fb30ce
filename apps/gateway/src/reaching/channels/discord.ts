import { createDiscord } from "@travelagent/channel-discord";
import type { GatewayConfig } from "@travelagent/config";
import type { ChannelParts, OpenChannel } from "./channel-parts.ts";
import { discordSessions } from "./discord-sessions.ts";

type Given = NonNullable<GatewayConfig["channels"]["discord"]>;

export const openDiscord: OpenChannel<Given> = async ({ botToken, apiUrl }, { accountId, clock, db, deskRooms }): Promise<ChannelParts | undefined> => {
  if (botToken === undefined) return undefined;
  const discord = createDiscord({
    botToken,
    accountId,
    clock,
    deskRooms,
    sessions: await discordSessions({ db, clock, accountId }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  return { adapter: discord, desk: discord.desk };
};
