import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agentOfKey, normalizeId, parentSessionKey, parseSessionKey, type SessionRoute, sessionKey } from "./key.ts";

const forms: [SessionRoute, string][] = [
  [{ kind: "main", agentId: "main" }, "agent:main:main"],
  [{ kind: "main", agentId: "Service Desk", mainKey: "Front" }, "agent:service-desk:front"],
  [{ kind: "direct", agentId: "main", peerId: "351910000001" }, "agent:main:dm:351910000001"],
  [{ kind: "direct", agentId: "main", channel: "whatsapp", peerId: "351910000001" }, "agent:main:whatsapp:dm:351910000001"],
  [{ kind: "direct", agentId: "main", channel: "telegram", accountId: "Sales", peerId: "42" }, "agent:main:telegram:sales:dm:42"],
  [{ kind: "group", agentId: "main", channel: "whatsapp", peerId: "120@g.us" }, "agent:main:whatsapp:group:120@g.us"],
  [{ kind: "channel", agentId: "main", channel: "slack", peerId: "C0AB" }, "agent:main:slack:channel:c0ab"],
  [{ kind: "channel", agentId: "main", channel: "slack", peerId: "C0AB", threadId: "17.5" }, "agent:main:slack:channel:c0ab:thread:17.5"],
  [{ kind: "group", agentId: "main", channel: "telegram", peerId: "-100", threadId: "7" }, "agent:main:telegram:group:-100:topic:7"],
  [{ kind: "customer", agentId: "main", customerId: "cus_1" }, "agent:main:customer:cus_1"],
  [{ kind: "booking", agentId: "main", reference: "ABC123" }, "agent:main:booking:abc123"],
  [{ kind: "subagent", agentId: "main", id: "0f-1" }, "agent:main:subagent:0f-1"],
  [{ kind: "cron", jobId: "prices" }, "cron:prices"],
  [{ kind: "cron", agentId: "main", jobId: "prices" }, "agent:main:cron:prices"],
  [{ kind: "hook", id: "gmail:18ab" }, "hook:gmail:18ab"],
  [{ kind: "node", nodeId: "kiosk" }, "node-kiosk"],
  [{ kind: "openai", agentId: "main", id: "9" }, "agent:main:openai:9"],
  [{ kind: "openai-user", agentId: "main", user: "ana" }, "agent:main:openai-user:ana"],
  [{ kind: "slash", agentId: "main", channel: "discord", userId: "5" }, "agent:main:discord:slash:5"],
  [{ kind: "slash", channel: "telegram", userId: "5" }, "telegram:slash:5"],
  [{ kind: "global" }, "global"],
];

const id = fc
  .oneof(fc.string({ minLength: 1 }), fc.constantFrom("a:thread:b", "x:dm:y", "50%", "a b", "ÄÖ", "%3a", "1:topic:2"))
  .filter((text) => text.trim() !== "");
const word = fc
  .stringMatching(/^[a-z0-9][a-z0-9_-]{0,20}[a-z0-9]$/)
  .filter((text) => !["dm", "customer", "booking", "subagent", "cron", "hook", "openai", "openai-user"].includes(text));
const route: fc.Arbitrary<SessionRoute> = fc.oneof(
  fc.record({ kind: fc.constant("main" as const), agentId: word, mainKey: word }),
  fc.record({ kind: fc.constant("direct" as const), agentId: word, peerId: id }),
  fc.record({ kind: fc.constant("direct" as const), agentId: word, channel: word, peerId: id }),
  fc.record({ kind: fc.constant("direct" as const), agentId: word, channel: word, accountId: word, peerId: id, threadId: id }),
  fc.record({ kind: fc.constantFrom("group" as const, "channel" as const), agentId: word, channel: word, peerId: id }),
  fc.record({ kind: fc.constantFrom("group" as const, "channel" as const), agentId: word, channel: word, peerId: id, threadId: id }),
  fc.record({ kind: fc.constant("customer" as const), agentId: word, customerId: id }),
  fc.record({ kind: fc.constant("booking" as const), agentId: word, reference: id }),
  fc.record({ kind: fc.constant("subagent" as const), agentId: word, id }),
  fc.record({ kind: fc.constant("cron" as const), agentId: word, jobId: id }),
  fc.record({ kind: fc.constant("hook" as const), id }),
  fc.record({ kind: fc.constant("openai-user" as const), agentId: word, user: id }),
  fc.record({ kind: fc.constant("slash" as const), agentId: word, channel: word, userId: id }),
);

/** The route as a key can tell it: ids trimmed and in lower case. */
const told = (each: SessionRoute) =>
  Object.fromEntries(Object.entries(each).map(([name, value]) => [name, name === "kind" ? value : String(value).trim().toLowerCase()]));

describe("session keys", () => {
  it.each(forms)("writes and reads %j as %s", (from, key) => {
    expect(sessionKey(from)).toBe(key);
    expect(sessionKey(parseSessionKey(key))).toBe(key);
    expect(parseSessionKey(key).kind).toBe(from.kind);
    expect(parseSessionKey(key.toUpperCase())).toEqual(parseSessionKey(key));
  });

  it("read back as the route they were written from, whatever strangers put into ids", () => {
    fc.assert(
      fc.property(route, (each) => {
        expect(parseSessionKey(sessionKey(each))).toEqual(told(each));
      }),
    );
  });

  it("are the same for two routes only when these differ in case alone", () => {
    fc.assert(
      fc.property(route, route, (one, other) => {
        if (sessionKey(one) === sessionKey(other)) expect(told(one)).toEqual(told(other));
      }),
    );
    const peer = sessionKey({ kind: "direct", agentId: "main", peerId: "5", threadId: "9" });
    expect(sessionKey({ kind: "direct", agentId: "main", peerId: "5:thread:9" })).not.toBe(peer);
  });

  it("are parsed without failing, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(fc.constantFrom("agent", "main", "dm", "group", "thread", "%", "%zz", "", "cron", ":")).map((words) => words.join(":")),
        ),
        (text) => {
          const parsed = parseSessionKey(text);
          expect(typeof parsed.kind).toBe("string");
          expect(agentOfKey(text)).toMatch(/^[a-z0-9][a-z0-9_-]{0,63}$/);
        },
      ),
    );
  });

  it("have clean agent ids", () => {
    expect(normalizeId("  Café & Co!! ", "main")).toBe("caf-co");
    expect(normalizeId("---", "main")).toBe("main");
    expect(normalizeId("a".repeat(100), "main")).toHaveLength(64);
  });

  it("refuse a channel whose name is a word of the key language, and empty ids", () => {
    expect(() => sessionKey({ kind: "group", agentId: "main", channel: "cron", peerId: "1" })).toThrowError(
      expect.objectContaining({ code: "INVALID_REQUEST" }),
    );
    expect(() => sessionKey({ kind: "customer", agentId: "main", customerId: " " })).toThrowError(expect.objectContaining({ code: "INVALID_REQUEST" }));
  });

  it("know the conversation a thread is part of", () => {
    expect(parentSessionKey("agent:main:slack:channel:c0ab:thread:17.5")).toBe("agent:main:slack:channel:c0ab");
    expect(parentSessionKey("agent:main:main")).toBe(undefined);
  });
});
