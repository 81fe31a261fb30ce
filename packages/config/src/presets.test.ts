import { describe, expect, it } from "vitest";
import { GatewayConfig } from "./schema.ts";

const issues = (value: unknown) => GatewayConfig.safeParse(value).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];

describe("a preset", () => {
  it("brings its agents and bindings, and an entry with the same id changes one key by key", () => {
    const { agents, bindings } = GatewayConfig.parse({
      agents: {
        preset: "agency",
        list: [
          { id: "night", default: true },
          { id: "service", prompt: "Say where we are.", tools: { deny: ["cancel_booking"] } },
        ],
      },
      bindings: [{ agentId: "night", match: { booking: "*" } }],
    });
    expect(agents.list.map(({ id }) => id)).toEqual(["booking", "service", "sales", "night"]);
    expect(agents.list[1]).toMatchObject({
      name: "Customer service",
      prompt: "Say where we are.",
      tools: { deny: ["cancel_booking"] },
      handoff: { to: ["booking", "sales"] },
    });
    expect(bindings.map(({ agentId }) => agentId)).toEqual(["night", "service"]);
    expect(agents.list[2]?.tools?.deny).toEqual(["create_booking", "modify_booking", "cancel_booking"]);
  });

  it("may be named by bindings and handoffs; agents that nobody has may not", () => {
    expect(issues({ agents: { preset: "agency" }, bindings: [{ agentId: "sales", match: { tag: "vip" } }] })).toEqual([]);
    expect(issues({ agents: { list: [{ id: "a", handoff: { to: ["sales"] } }] } })).toEqual([
      'agents.list.0.handoff.to.0: there is no agent "sales" in agents.list; known: a',
    ]);
  });
});

describe("who shares a conversation", () => {
  it("is nobody by scope, and by links only addresses that name their channel, each one person's", () => {
    for (const dmScope of ["main", "per-peer"]) expect(issues({ session: { dmScope } })).toEqual([expect.stringContaining("strangers would share")]);
    for (const dmScope of ["per-channel-peer", "per-account-channel-peer"]) expect(issues({ session: { dmScope } })).toEqual([]);
    expect(issues({ session: { identityLinks: { ana: ["telegram:42", "email:ana@example.com"] } } })).toEqual([]);
    expect(issues({ session: { identityLinks: { ana: ["42"] } } })).toEqual([expect.stringContaining("channel:peer")]);
    expect(issues({ session: { identityLinks: { ana: ["chat:1"], bo: ["Chat:1"] } } })[0]).toContain("linked to bo as well");
  });

  it("is decided by bindings that name their channel, or a customer, tag or booking", () => {
    const bound = (match: object) => issues({ bindings: [{ agentId: "main", match }] });
    for (const match of [{ channel: "chat" }, { tag: "vip" }, { customerId: "c", channel: "chat" }, { booking: "*" }])
      expect(bound(match), JSON.stringify(match)).toEqual([]);
    for (const match of [{}, { accountId: "a" }, { peer: { kind: "dm", id: "1" } }, { tag: "vip", accountId: "a" }])
      expect(bound(match), JSON.stringify(match)).toEqual([expect.stringContaining("name the channel")]);
  });
});
