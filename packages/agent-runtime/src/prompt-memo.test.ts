import { expect, it } from "vitest";
import { type PromptOptions, systemPrompt } from "./prompt.ts";
import { promptMemo } from "./prompt-memo.ts";

const base = (): PromptOptions => ({
  agencyName: "Sol",
  agentName: "Ana",
  tools: ["read_skill", "search_flights"],
  colleagues: [{ id: "service", name: "Service" }],
  runtime: { agentId: "main", channel: "webchat" },
  timeZone: "Europe/Lisbon",
});

it("is what systemPrompt says, whatever was asked before", () => {
  const memo = promptMemo();
  const variants: PromptOptions[] = [
    base(),
    { ...base(), tools: ["read_skill"] },
    { ...base(), tools: ["search_flights", "read_skill"] },
    { ...base(), colleagues: [{ id: "service", name: "Other" }] },
    { ...base(), colleagues: [] },
    { ...base(), runtime: { agentId: "main", channel: "api" } },
    { ...base(), files: [{ name: "SOUL.md", text: "kind" } as never] },
    { ...base(), instructions: "Be brief." },
    { ...base(), mode: "minimal" },
    { ...base(), timeZone: "UTC" },
  ];
  for (const options of [...variants, ...variants.toReversed()]) expect(memo(options)).toBe(systemPrompt(options));
});

it("gives the same text for parts that are put together anew", () => {
  const memo = promptMemo();
  expect(memo(base())).toBe(memo(base()));
});

it("looks at skills and files again when they are other objects", () => {
  const memo = promptMemo();
  const file = { name: "SOUL.md", text: "kind" } as never;
  const first = memo({ ...base(), files: [file] });
  expect(memo({ ...base(), files: [{ name: "SOUL.md", text: "strict" } as never] })).not.toBe(first);
});
