import type { ChannelAdapter, ChannelLogin, LoginStep } from "@travelagent/channel-kit";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

export interface LoginHandlersOptions {
  adapters: readonly ChannelAdapter[];
  /** A QR code as a data URL. */
  qrPicture?: ((text: string) => Promise<string>) | undefined;
  restart(channel: string, accountId: string): Promise<void>;
  clock: Clock;
}

type WithLogin = ChannelAdapter & { login: ChannelLogin };
const hasLogin = (adapter: ChannelAdapter): adapter is WithLogin => adapter.login !== undefined;
const waitMs = 30_000;

/** Connecting an account by scanning or typing a code. Absent where no channel is connected so. */
export function loginHandlers({ adapters, qrPicture, restart, clock }: LoginHandlersOptions): Handlers {
  const all = adapters.filter(hasLogin);
  if (all.length === 0) return {};

  const find = (channel: string, accountId: string | undefined): WithLogin => {
    const ofChannel = all.filter(({ id }) => id === channel);
    if (ofChannel.length === 0)
      throw new TravelAgentError("INVALID_REQUEST", `${channel} is not connected by a login; one of ${[...new Set(all.map(({ id }) => id))].join(", ")} is`);
    const found = accountId === undefined ? ofChannel[0] : ofChannel.find((one) => one.accountId === accountId);
    if (!found)
      throw new TravelAgentError(
        "INVALID_REQUEST",
        `the channel ${channel} has no account ${accountId}; one of ${ofChannel.map((one) => one.accountId).join(", ")}`,
      );
    return found;
  };
  const ofWeb = (accountId: string | undefined): WithLogin => find((all.find(({ id }) => id === "whatsapp") ?? all[0]!).id, accountId);

  /** Until there is something to show or it is over. */
  const settled = async ({ login }: WithLogin, first: LoginStep, withinMs: number): Promise<LoginStep> => {
    const until = clock.now() + withinMs;
    let step = first;
    while (step.state === "waiting" && clock.now() < until) step = await login.wait(until - clock.now());
    return step;
  };
  const wordsFor = (step: LoginStep): string => {
    switch (step.state) {
      case "scan":
        return "Scan this QR code with the phone: Linked devices, then Link a device.";
      case "type":
        return `Type this code on the phone under Linked devices: ${step.code}`;
      case "waiting":
        return "Still waiting for the phone. Ask again in a moment.";
      case "connected":
        return `Connected as ${step.as}.`;
      case "failed":
        return `Not connected: ${step.reason}`;
    }
  };

  return {
    "channels.login.start": async ({ channel, accountId, phone, timeoutMs = waitMs }) => {
      const adapter = find(channel, accountId);
      const step = await settled(adapter, await adapter.login.begin(phone === undefined ? {} : { phone }), timeoutMs);
      return { channel, accountId: adapter.accountId, step };
    },
    "channels.login.wait": async ({ channel, accountId, timeoutMs = waitMs }) => {
      const adapter = find(channel, accountId);
      return { channel, accountId: adapter.accountId, step: await adapter.login.wait(timeoutMs) };
    },
    "channels.logout": async ({ channel, accountId }) => {
      const adapter = find(channel, accountId);
      await adapter.login.logout();
      return { channel, accountId: adapter.accountId, cleared: true, loggedOut: true };
    },
    "web.login.start": async (params) => {
      const adapter = ofWeb(params?.accountId);
      if (params?.force) {
        await adapter.login.logout();
        await restart(adapter.id, adapter.accountId);
      }
      let first: LoginStep;
      try {
        first = await adapter.login.begin();
      } catch (error) {
        if (TravelAgentError.from(error).code !== "CONFLICT") throw error;
        return { message: "This account is connected already; ask with force to connect another one." };
      }
      const step = await settled(adapter, first, params?.timeoutMs ?? waitMs);
      return { message: wordsFor(step), ...(step.state === "scan" && qrPicture ? { qrDataUrl: await qrPicture(step.qr) } : {}) };
    },
    "web.login.wait": async (params) => {
      const until = clock.now() + (params?.timeoutMs ?? waitMs);
      const { login } = ofWeb(params?.accountId);
      let step = await login.wait(until - clock.now());
      // Another picture is no answer to the question whether somebody scanned it.
      while (step.state !== "connected" && step.state !== "failed" && clock.now() < until) step = await login.wait(until - clock.now());
      return { connected: step.state === "connected", message: wordsFor(step) };
    },
  };
}
