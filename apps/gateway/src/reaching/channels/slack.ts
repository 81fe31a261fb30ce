import { createSlack } from "@travelagent/channel-slack";
import type { GatewayConfig } from "@travelagent/config";
import { json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { ChannelParts, OpenChannel } from "./channel-parts.ts";

/** Slack's own limit is far below. */
const maxBodyBytes = 1024 * 1024;

type Given = NonNullable<GatewayConfig["channels"]["slack"]>;

export const openSlack: OpenChannel<Given> = async (
  { botToken, appToken, signingSecret, apiUrl, replyToMode },
  { accountId, path, clock, deskRooms },
): Promise<ChannelParts | undefined> => {
  if (botToken === undefined) return undefined;
  if (appToken === undefined && signingSecret === undefined)
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `${path} needs appToken (Socket Mode) or signingSecret (Slack posts to us); copy one from Basic Information of the app`,
    );
  const slack = createSlack({
    botToken,
    accountId,
    clock,
    deskRooms,
    ...(appToken === undefined ? {} : { appToken }),
    ...(signingSecret === undefined ? {} : { signingSecret }),
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(replyToMode === undefined ? {} : { replyToMode }),
  });
  return {
    adapter: slack,
    desk: slack.desk,
    routes:
      signingSecret === undefined
        ? []
        : [
            {
              method: "POST",
              path: accountId === "default" ? "/webhooks/slack" : `/webhooks/slack/${accountId}`,
              auth: "none",
              async handle(request) {
                const body = await request.body(maxBodyBytes, 10_000);
                return json(await slack.receivePost(request.headers, body.toString("utf8")));
              },
            },
          ],
  };
};
