import type { ToolContext } from "@travelagent/agent-runtime";
import { describe, expect, it } from "vitest";
import { travelRulesTool } from "./travel-rules-tool.ts";

const tool = travelRulesTool();
const ask = async (args: Record<string, unknown>) => (await tool.execute(tool.args.parse(args) as never, {} as ToolContext)).content as Record<string, unknown>;

describe("travel_rules", () => {
  it("knows the distance between airports, and what a delay is worth", async () => {
    const rights = await ask({ question: "passenger-rights", rights: { from: "FRA", to: "PMI", event: "delayed", arrivalDelayMinutes: 200 } });
    expect(rights).toMatchObject({ regime: "EU261", compensation: { amount: "250.00", currency: "EUR" } });
    expect(rights.sources).toBeDefined();
  });

  it("does not claim a regime for an airline it was not told of", async () => {
    const rights = { from: "JFK", to: "FRA", event: "cancelled", noticeDays: 1 };
    expect(await ask({ question: "passenger-rights", rights })).toMatchObject({ regime: null, compensation: null });
    expect(await ask({ question: "passenger-rights", rights: { ...rights, airlineCountry: "DE" } })).toMatchObject({
      regime: "EU261",
      compensation: { amount: "600.00" },
    });
  });

  it("answers the other questions with their sources", async () => {
    expect(
      await ask({ question: "schengen", schengen: { entry: "2027-04-10", exit: "2027-04-12", earlierStays: [{ entry: "2027-01-01", exit: "2027-03-31" }] } }),
    ).toMatchObject({ allowed: false });
    expect(await ask({ question: "passport", passport: { country: "TH", entry: "2027-03-01", exit: "2027-03-10", expiresOn: "2027-06-01" } })).toMatchObject({
      valid: false,
    });
    expect(await ask({ question: "emissions", emissions: { flights: [{ from: "LHR", to: "JFK", cabin: "ECONOMY" }] } })).toMatchObject({
      kilograms: expect.any(Number),
    });
    expect(await ask({ question: "deadline", deadline: { name: "package-refund", from: "2027-03-01" } })).toMatchObject({ dueOn: "2027-03-15" });
  });

  it("says what is missing", async () => {
    await expect(ask({ question: "schengen" })).rejects.toThrow(/needs "schengen"/);
    await expect(ask({ question: "passenger-rights", rights: { from: "FRA", to: "PMI", event: "delayed" } })).rejects.toThrow(/arrivalDelayMinutes/);
    await expect(ask({ question: "passenger-rights", rights: { from: "FRA", to: "QQQ", event: "denied-boarding" } })).rejects.toThrow(/QQQ/);
  });
});
