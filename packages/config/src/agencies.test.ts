import { expect, it } from "vitest";
import { GatewayConfig } from "./index.ts";

const problems = (agencies: unknown): string[] => {
  const { success, error } = GatewayConfig.safeParse({ agencies });
  return success ? [] : (error?.issues.map(({ path }) => path.join(".")) ?? []);
};

it("gives each account to one agency, and the rest to the first", () => {
  expect(GatewayConfig.parse({}).agencies).toEqual({});
  expect(problems({ north: { name: "North", accounts: ["telegram:north", "whatsapp:+1555"] }, south: { accounts: ["telegram:south"] } })).toEqual([]);
  expect(problems({ north: { accounts: ["telegram:north"] }, south: { accounts: ["Telegram:NORTH"] } })).toEqual(["agencies.south.accounts.0"]);
  expect(problems({ main: { accounts: ["telegram:a"] } })).toEqual(["agencies.main"]);
  expect(problems({ north: { accounts: ["telegram"] } })).toEqual(["agencies.north.accounts.0"]);
  expect(problems({ north: { accounts: [] } })).toEqual(["agencies.north.accounts"]);
  expect(problems({ "North Sea": { accounts: ["a:b"] } }).length).toBe(1);
});
