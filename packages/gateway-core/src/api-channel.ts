import type { ChannelAdapter } from "@travelagent/channel-kit";

/** Channel of the conversations that programs hold over HTTP: the OpenAI-compatible endpoints and the hooks. */
export const apiChannel = "api";

/** A program reads its answer from the run, so a send only says that it may: nothing leaves this process here. */
export const createApiChannel = (): ChannelAdapter => ({
  contract: 1,
  id: apiChannel,
  accountId: "default",
  features: { maxTextLength: 1_000_000, threads: false, cards: true },
  start: async () => undefined,
  stop: async () => undefined,
  send: async (_to, _message, { id }) => ({ status: "sent", externalId: id }),
  reconcile: async () => ({ status: "sent" }),
});
