import { TravelAgentError } from "@travelagent/protocol";
import type { InboundMessage } from "@travelagent/protocol/messages";
import { type RecordingLogger, recordingLogger } from "@travelagent/protocol/testing";
import type { Accepted, ChannelHost } from "../adapter.ts";

export interface FakeHost extends ChannelHost {
  readonly log: RecordingLogger;
  /** What was handed over, repeats left out. */
  readonly received: InboundMessage[];
  /** While true, `receive` rejects as a gateway does that cannot store. */
  full: boolean;
  /** Until the returned function is called, `receive` does not resolve. */
  hold(): () => void;
}

/** A gateway for the test of an adapter: it stores messages in a list, once per channel, account and external id. */
export function fakeHost(): FakeHost {
  const received: InboundMessage[] = [];
  let held: Promise<void> = Promise.resolve();
  const host: FakeHost = {
    log: recordingLogger(),
    received,
    full: false,
    hold() {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    async receive(message): Promise<Accepted> {
      await held;
      if (host.full) throw new TravelAgentError("UNAVAILABLE", "the disk is full; deliver this message again later");
      const { channel, accountId, peerId } = message.address;
      const same = (other: InboundMessage) =>
        other.externalId === message.externalId && other.address.channel === channel && other.address.accountId === accountId;
      const duplicate = received.some(same);
      if (!duplicate) received.push(message);
      return { runId: `run-${message.externalId}`, sessionKey: `agent:main:${channel}:${peerId}`, duplicate };
    },
  };
  return host;
}
