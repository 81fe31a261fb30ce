import { GatewayConfig } from "@travelagent/config";
import { defaultQueueRules } from "@travelagent/gateway-core";
import { describe, expect, it } from "vitest";
import { queueRules } from "./queue-rules.ts";

const rules = (messages: unknown) => queueRules(GatewayConfig.parse({ messages }));

describe("the queue's rules", () => {
  it("are the defaults where nothing is said", () => {
    expect(rules({})).toEqual(defaultQueueRules);
  });

  it("know a mode or several settings for a channel, and the other names of modes", () => {
    expect(
      rules({
        queue: {
          mode: "queue",
          cap: 5,
          byChannel: { webchat: "coalesce", email: { mode: "abort", drop: "new" }, sms: "steer+backlog", slack: { cap: 3 } },
          laneCapacity: 7,
          maxParked: 3,
        },
        inbound: { debounceMs: 10, byChannel: { whatsapp: 20 } },
        holdAfterSeconds: 0,
      }),
    ).toEqual({
      defaults: { mode: "steer", debounceMs: 1000, cap: 5, drop: "summarize" },
      byChannel: { webchat: { mode: "collect" }, email: { mode: "interrupt", drop: "new" }, sms: { mode: "steer-backlog" }, slack: { cap: 3 } },
      inbound: { debounceMs: 10, byChannel: { whatsapp: 20 } },
      holdAfterMs: 0,
      laneCapacity: 7,
      maxWaiting: 10_000,
      maxParked: 3,
    });
  });

  it("refuse a mode that does not exist", () => {
    expect(() => rules({ queue: { mode: "parallel" } })).toThrow();
    expect(() => rules({ queue: { byChannel: { webchat: { moed: "steer" } } } })).toThrow();
  });
});
