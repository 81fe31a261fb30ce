import type { AssistantMessage } from "@travelagent/protocol/messages";
import type { TurnRequest } from "@travelagent/protocol/turn";
import { describe, expect, it } from "vitest";
import { addUsage } from "./add-usage.ts";
import { clientResults, clientTools, splitCalls } from "./client-tools.ts";

const tool = (name: string) => ({ name, description: "", parameters: { type: "object" } });
const call = (name: string) => ({ type: "toolCall" as const, id: `c-${name}`, name, arguments: {} });
const text = { type: "text" as const, text: "One moment." };
const message = (...content: AssistantMessage["content"]): AssistantMessage => ({
  role: "assistant",
  content,
  provider: "p",
  model: "m",
  stopReason: "toolUse",
  timestamp: 1,
  usage: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0, totalTokens: 2 },
});

describe("functions of a program", () => {
  it("never take the name of a tool behind the gate", () => {
    expect(clientTools({ tools: [tool("weather"), tool("create_booking")] }, [{ name: "create_booking" }]).map(({ name }) => name)).toEqual(["weather"]);
    expect(clientTools(undefined, [])).toEqual([]);
  });

  it("are told apart from our own calls, and each part is a message that stands alone", () => {
    const theirs = [tool("weather")];
    const ours = message(text, call("look"));
    expect(splitCalls(ours, theirs)).toEqual({ own: ours });
    const all = message(text, call("weather"));
    expect(splitCalls(all, theirs)).toEqual({ client: all });
    const { own, client } = splitCalls(message({ type: "thinking", thinking: "hm" }, text, call("look"), call("weather")), theirs);
    expect(own?.content).toEqual([{ type: "thinking", thinking: "hm" }, call("look")]);
    expect(client?.content).toEqual([text, call("weather")]);
    // Used once, counted once.
    expect([own?.usage, client?.usage?.totalTokens]).toEqual([undefined, 2]);
  });

  it("give back words of a third party", () => {
    const request = { program: { toolResults: [{ toolCallId: "c1", toolName: "weather", text: "sunny" }] } } as TurnRequest;
    expect(clientResults(request, 7)).toEqual([
      { role: "toolResult", toolCallId: "c1", toolName: "weather", content: [{ type: "text", text: "sunny" }], isError: false, tainted: true, timestamp: 7 },
    ]);
  });
});

it("usage adds up, costs too where they are told", () => {
  const usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, totalTokens: 10 };
  expect(addUsage(undefined, undefined)).toBe(undefined);
  expect(addUsage(undefined, usage)).toEqual(usage);
  expect(addUsage(usage, { ...usage, costUsd: 0.5 })).toEqual({ input: 2, output: 4, cacheRead: 6, cacheWrite: 8, totalTokens: 20, costUsd: 0.5 });
});
