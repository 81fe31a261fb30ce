import { afterEach, beforeEach, expect, it } from "vitest";
import { type GatewayServer, gatewayServer } from "./testing/gateway-server.ts";
import { cli, temporaryHome } from "./testing/run-cli.ts";

const conversation = {
  id: "agent:booking:chat:dm:ana",
  channel: "chat",
  agentId: "sales",
  state: "agent",
  displayName: "Ana \u001b[31mSilva",
  lastMessageAt: "2027-01-15T09:00:00Z",
  unanswered: false,
};

let home: ReturnType<typeof temporaryHome>;
let gateway: GatewayServer;
beforeEach(async () => {
  home = temporaryHome();
  gateway = await gatewayServer({
    "agents.list": () => ({
      defaultId: "booking",
      mainKey: "main",
      scope: "per-sender",
      agents: [{ id: "booking", name: "Booking desk", workspace: "/srv/desk" }, { id: "service" }],
    }),
    "routing.list": () => ({
      defaultId: "booking",
      handoff: {},
      bindings: [
        { agentId: "service", match: { booking: "*" } },
        { agentId: "sales", match: { channel: "chat", peer: { kind: "group", id: "team" } } },
      ],
    }),
    "routing.explain": () => ({ agentId: "service", sessionKey: conversation.id, matchedBy: "binding.booking" }),
    "conversations.assignAgent": () => ({ conversation }),
  });
});
afterEach(async () => {
  await gateway.close();
  home.remove();
});

const run = (...args: string[]) => cli(home.path, args, { TRAVELAGENT_GATEWAY_PORT: String(gateway.port), TRAVELAGENT_GATEWAY_TOKEN: "right-token" });

it("lists agents with their workspaces, and who answers whom", async () => {
  expect((await run("agents", "list")).stdout).toMatch(/booking\s+Booking desk\s+yes\s+\/srv\/desk\nservice/);
  expect((await run("agents", "bindings")).stdout).toBe(
    "AGENT    ANSWERS\nservice  booking *\nsales    channel chat, peer group team\nbooking  everybody else\n",
  );
});

it("explains one message", async () => {
  expect((await run("agents", "explain", "--channel", "chat", "--peer", "ana", "--text", "ABC123?")).stdout).toBe(
    "service answers in agent:booking:chat:dm:ana (binding.booking)\n",
  );
  expect(gateway.calls).toEqual([{ method: "routing.explain", params: { channel: "chat", peer: "ana", text: "ABC123?" } }]);
  expect((await run("agents", "explain", "--channel", "chat")).code).not.toBe(0);
});

it("gives a conversation to an agent and back", async () => {
  expect((await run("agents", "assign", conversation.id, "sales", "--reason", "a group")).stdout).toBe(
    "sales answers Ana [31mSilva from the next message on\n",
  );
  await run("agents", "assign", conversation.id);
  expect(gateway.calls.map(({ params: { idempotencyKey: _, ...params } }) => params)).toEqual([
    { conversationId: conversation.id, agentId: "sales", reason: "a group" },
    { conversationId: conversation.id, agentId: null },
  ]);
});
