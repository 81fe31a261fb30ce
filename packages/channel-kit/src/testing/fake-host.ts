import { TravelAgentError } from "@travelagent/protocol";
import type { Attachment, DeliveryReport, InboundMessage } from "@travelagent/protocol/messages";
import { type RecordingLogger, recordingLogger } from "@travelagent/protocol/testing";
import type { Accepted, ChannelHost, HostMedia, PersonsMessage } from "../adapter.ts";

export interface FakeHost extends ChannelHost {
  readonly log: RecordingLogger;
  /** What was handed over, repeats left out. */
  readonly received: InboundMessage[];
  /** What was told of messages that were sent. */
  readonly reports: DeliveryReport[];
  /** What people of the agency wrote on the platform, repeats left out. */
  readonly personsMessages: PersonsMessage[];
  /** Files that were kept, by id. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** While true, `receive` rejects as a gateway does that cannot store. */
  full: boolean;
  /** Until the returned function is called, `receive` does not resolve. */
  hold(): () => void;
}

/** A gateway for the test of an adapter: it stores messages in a list, once per channel, account and external id. `media`: it keeps files too. */
export function fakeHost({ media = false }: { media?: boolean } = {}): FakeHost {
  const received: InboundMessage[] = [];
  const reports: DeliveryReport[] = [];
  const personsMessages: PersonsMessage[] = [];
  const files = new Map<string, Uint8Array>();
  let held: Promise<void> = Promise.resolve();
  const host: FakeHost = {
    log: recordingLogger(),
    received,
    reports,
    personsMessages,
    files,
    full: false,
    ...(media ? { media: keeping(files) } : {}),
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
    async delivered(report) {
      reports.push(report);
    },
    async personWrote(message) {
      if (!personsMessages.some(({ externalId }) => externalId === message.externalId)) personsMessages.push(message);
    },
  };
  return host;
}

const keeping = (files: Map<string, Uint8Array>): HostMedia => ({
  async save(_message, sources) {
    const attachments: Attachment[] = [];
    for (const { bytes, fileName, voice } of sources) {
      const whole = bytes instanceof Uint8Array ? bytes : await gathered(bytes);
      const id = `file-${files.size + 1}`;
      files.set(id, whole);
      attachments.push({
        id,
        kind: "document",
        mimeType: "application/octet-stream",
        bytes: whole.length,
        ...(fileName === undefined ? {} : { fileName }),
        ...(voice === undefined ? {} : { voice }),
      });
    }
    return { attachments, refused: [] };
  },
});

async function gathered(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
