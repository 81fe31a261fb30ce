import { fakeClock } from "@travelagent/protocol/testing";
import { expect, it } from "vitest";
import { createAnnouncer } from "./announce.ts";
import type { ConversationRow } from "./conversations.ts";

const row = (sessionKey: string, epoch: number, state: ConversationRow["state"]): ConversationRow => ({
  sessionKey,
  agentId: "main",
  address: { channel: "webchat", accountId: "default", chatType: "direct", peerId: "p" },
  state,
  epoch,
  displayName: "Ana",
  unanswered: false,
  lastAt: 0,
});

it("tells each conversation once, and never an owner it no longer has", async () => {
  const clock = fakeClock();
  const told: string[] = [];
  const announcer = createAnnouncer({
    clock,
    publisher: { isFollowed: () => true, publish: (_, payload) => void told.push(`${(payload as { conversation: { state: string } }).conversation.state}`) },
  });
  announcer.conversation(row("a", 2, "person"));
  announcer.conversation(row("a", 3, "agent"));
  announcer.conversation(row("a", 2, "person"));
  announcer.conversation(row("b", 1, "needs-person"));
  await clock.advance(100);
  expect(told).toEqual(["agent", "needs-person"]);
  announcer.conversation(row("a", 4, "person"));
  await clock.advance(100);
  expect(told).toEqual(["agent", "needs-person", "person"]);
});
