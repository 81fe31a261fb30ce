import type { ChannelAdapter, ChannelHost } from "@travelagent/channel-kit";
import type { InboundMessage } from "@travelagent/protocol/messages";

/** A platform in memory, with its own record of what reached customers. */
export interface TestPlatform {
  readonly adapter: ChannelAdapter;
  readonly shown: { peer: string; text: string; id: string }[];
  /** Somebody writes. */
  write(text: string, peer?: string, over?: Partial<InboundMessage>): ReturnType<ChannelHost["receive"]>;
  /** Hands in this message as it is. */
  deliver(message: InboundMessage): ReturnType<ChannelHost["receive"]>;
}

export function testPlatform({ id = "phone", accountId = "default", ...abilities }: Partial<ChannelAdapter> = {}): TestPlatform {
  const shown: TestPlatform["shown"] = [];
  let host: ChannelHost | undefined;
  let count = 0;
  const deliver: TestPlatform["deliver"] = (message) => {
    if (!host) throw new Error("the platform is not started");
    return host.receive(message);
  };
  return {
    shown,
    adapter: {
      contract: 1,
      id,
      accountId,
      features: { maxTextLength: 4000, threads: false, cards: false },
      async start(given) {
        host = given;
      },
      async stop() {
        host = undefined;
      },
      async send(to, message, context) {
        shown.push({ peer: to.peerId, text: message.text, id: context.id });
        return { status: "sent", externalId: `${id}-${shown.length}` };
      },
      ...abilities,
    },
    write(text, peer = "+34600111222", over = {}) {
      const message: InboundMessage = {
        address: { channel: id, accountId, chatType: "direct", peerId: peer },
        externalId: `m-${++count}`,
        senderId: peer,
        text,
        sentAt: count,
        ...over,
      };
      return deliver(message);
    },
    deliver,
  };
}
