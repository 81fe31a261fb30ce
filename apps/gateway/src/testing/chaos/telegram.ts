import { startBotApi } from "@travelagent/channel-telegram/testing";
import type { ChaosPlatform } from "./platform.ts";

const firstChat = 100_000;

/** Telegram, by its local server: the gateway polls it. */
export async function telegramPlatform(): Promise<ChaosPlatform> {
  const api = await startBotApi();
  return {
    name: "telegram",
    config: () => ({ channels: { telegram: { botToken: api.token, apiRoot: api.url, dmPolicy: "open", allowFrom: ["*"] } } }),
    async write(customer, id, text) {
      const from = { id: firstChat + customer, first_name: `Customer ${customer}` };
      api.write({ text, message_id: id }, from);
    },
    waiting: () => api.waiting(),
    got: () => api.shown.map(({ chatId, text }) => ({ customer: Number(chatId) - firstChat, text })),
    fail(how, times) {
      const faults = {
        lost: "lost",
        held: "held",
        busy: { status: 429, description: "Too Many Requests: retry after 1", retryAfter: 1 },
        down: "html",
      } as const;
      api.failNext("sendMessage", faults[how], times);
    },
    shut: (times) => api.failNext("getMe", "html", times),
    close: () => api.close(),
  };
}
