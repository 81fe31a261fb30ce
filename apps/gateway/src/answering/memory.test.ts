import { GatewayConfig } from "@travelagent/config";
import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { embeddingsOf } from "./memory.ts";

const idOf = (memory?: unknown) => embeddingsOf({ config: GatewayConfig.parse(memory === undefined ? {} : { memory }), clock: fakeClock() }).id;

describe("the embeddings of the memory", () => {
  it("ask nobody unless the configuration says so", () => {
    expect(idOf()).toBe("hash-256");
    expect(idOf({ embeddings: { provider: "local" } })).toBe("hash-256");
    expect(idOf({ embeddings: { provider: "openai" } })).toBe("openai https://api.openai.com/v1 text-embedding-3-small");
    expect(idOf({ embeddings: { provider: "openai", baseUrl: "http://127.0.0.1:9/v1/", model: "nomic" } })).toBe("openai http://127.0.0.1:9/v1 nomic");
  });

  it("take no key for a model that asks nobody", () => {
    expect(() => GatewayConfig.parse({ memory: { embeddings: { provider: "local", apiKey: "k" } } })).toThrow();
  });
});
