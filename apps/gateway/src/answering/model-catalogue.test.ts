import { describe, expect, it } from "vitest";
import { type ModelCatalogue, resolveModel } from "./model-catalogue.ts";

const known = [
  "anthropic/claude-opus-5-5",
  "anthropic/claude-sonnet-5",
  "openai/gpt-5",
  "openai/gpt-5-mini",
  "router/meta-llama/llama-4",
  "router/anthropic/claude-sonnet-5",
  "local/team@home",
  "concierge/concierge",
];
const catalogue: ModelCatalogue = {
  known,
  aliases: { Fast: "openai/gpt-5-mini", gone: "nowhere/model" },
  keysOf: (provider) => (provider === "anthropic" ? ["anthropic:default", "anthropic:work"] : []),
};
const closed: ModelCatalogue = { ...catalogue, allowed: new Set(["anthropic/claude-sonnet-5", "openai/gpt-5-mini", "concierge/concierge"]) };

describe("naming a model", () => {
  it.each([
    // alias
    ["Fast", "openai/gpt-5-mini"],
    ["fast", "openai/gpt-5-mini"],
    // provider/model, whatever its case
    ["openai/gpt-5", "openai/gpt-5"],
    ["OpenAI/GPT-5", "openai/gpt-5"],
    [" concierge/concierge ", "concierge/concierge"],
    // a slash in the id: split on the first one
    ["router/meta-llama/llama-4", "router/meta-llama/llama-4"],
    ["meta-llama/llama-4", "router/meta-llama/llama-4"],
    // no provider: anthropic first
    ["claude-sonnet-5", "anthropic/claude-sonnet-5"],
    // an id wins over a part of another
    ["gpt-5", "openai/gpt-5"],
    // a part that only one has
    ["opus", "anthropic/claude-opus-5-5"],
    ["Opus 5.5", "anthropic/claude-opus-5-5"],
    ["llama", "router/meta-llama/llama-4"],
    ["mini", "openai/gpt-5-mini"],
    // an id with an at sign is no key
    ["local/team@home", "local/team@home"],
  ])("%s is %s", (text, reference) => {
    expect(resolveModel(text, catalogue)).toEqual({ reference });
  });

  it.each([
    ["opus@work", "anthropic/claude-opus-5-5", "anthropic:work"],
    ["anthropic/claude-opus-5-5@anthropic:work", "anthropic/claude-opus-5-5", "anthropic:work"],
  ])("%s is %s with the key %s", (text, reference, authProfile) => {
    expect(resolveModel(text, catalogue)).toEqual({ reference, authProfile });
  });

  it.each([
    ["", /^Name a model: /],
    ["sonnet", /"sonnet" could be anthropic\/claude-sonnet-5, router\/anthropic\/claude-sonnet-5; say which\./],
    ["gpt", /could be openai\/gpt-5, openai\/gpt-5-mini/],
    ["mistral", /There is no model "mistral"\. There is anthropic\/claude-opus-5-5, .*openai\/gpt-5-mini \(Fast\)/],
    ["e", /There is no model/],
    ["mistral/large", /There is no provider "mistral" in the configuration/],
    ["openai/gpt-9", /There is no model "openai\/gpt-9"/],
    ["gone", /There is no provider "nowhere"/],
    ["opus@private", /anthropic has no key "private"; there are anthropic:default, anthropic:work/],
    ["gpt-5@work", /openai has no key "work"/],
  ])("%s is a problem that is told", (text, problem) => {
    expect(resolveModel(text, catalogue)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it.each([
    ["openai/gpt-5", /^openai\/gpt-5 may not be chosen here\. There is anthropic\/claude-sonnet-5, openai\/gpt-5-mini \(Fast\), concierge\/concierge\.$/],
    ["opus", /claude-opus-5-5 may not be chosen here/],
  ])("%s is not offered where others are", (text, problem) => {
    expect(resolveModel(text, closed)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it("knows by a part only what may be chosen", () => {
    expect(resolveModel("sonnet", closed)).toEqual({ reference: "anthropic/claude-sonnet-5" });
    expect(resolveModel("gpt", closed)).toEqual({ reference: "openai/gpt-5-mini" });
  });
});
