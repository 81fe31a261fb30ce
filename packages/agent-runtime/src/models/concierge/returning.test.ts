import { expect, it } from "vitest";
import { allTools, converse } from "./testing/conversation.ts";

const requested = { link_customer: () => ({ status: "requested", say: "the same for everybody" }) };
const tools = [...allTools, "link_customer"];

it("passes on what somebody is known by who says that they are a customer already, and tells nothing about it", async () => {
  for (const [text, args] of [
    ["I am already a customer, my e-mail is ana@example.com", { email: "ana@example.com" }],
    ["Hello, I'm an existing client. You reach me at +351 912 345 678", { phone: "+351912345678" }],
    ["as a regular customer with booking ABC123", { bookingReference: "ABC123" }],
  ] as const) {
    const talk = converse(requested, { tools });
    expect(await talk.say(text)).toMatch(/^Thank you\. If that is on record here/);
    expect(talk.calls.map(({ name, arguments: given }) => [name, given])).toEqual([["link_customer", args]]);
  }
});

it("leaves it at a word where nothing can be done about it", async () => {
  const talk = converse({}, { tools: allTools });
  expect(await talk.say("I am already a customer, ana@example.com")).toMatch(/^Welcome back!/);
  expect(talk.calls).toEqual([]);
  expect(await converse(requested, { tools }).say("I am already a customer")).not.toMatch(/code/);
});

it("says so when somebody asked too often", async () => {
  const talk = converse({ link_customer: () => ({ error: { code: "RATE_LIMITED", message: "this was asked for too often; try again later" } }) }, { tools });
  expect(await talk.say("I am already a customer, ana@example.com")).not.toMatch(/on its way/);
  expect(talk.calls).toHaveLength(1);
});
