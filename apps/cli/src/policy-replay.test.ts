import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./testing/run-cli.ts";

const home = mkdtempSync(join(tmpdir(), "replay-cli-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const flight = {
  flight_number: "TA1",
  origin: "LIS",
  destination: "MAD",
  scheduled_departure_time_est: "08:00:00",
  scheduled_arrival_time_est: "10:00:00",
  dates: { "2024-05-20": { status: "available", available_seats: { economy: 5 }, prices: { economy: 100 } } },
};
const user = {
  user_id: "ana",
  name: { first_name: "Ana", last_name: "Silva" },
  email: "ana@example.com",
  membership: "gold",
  reservations: [],
  payment_methods: { card: { source: "credit_card", id: "card" } },
};
const booking = {
  user_id: "ana",
  origin: "LIS",
  destination: "MAD",
  flight_type: "one_way",
  cabin: "economy",
  flights: [{ flight_number: "TA1", date: "2024-05-20" }],
  passengers: [{ first_name: "Ana", last_name: "Silva", dob: "1980-04-12" }],
  payment_methods: [{ payment_id: "card", amount: 100 }],
  total_baggages: 0,
  nonfree_baggages: 0,
  insurance: "no",
};
const context = { session_user_id: "ana", user_confirmed: true };

describe("travelagent policy replay", { timeout: 60_000 }, () => {
  beforeAll(() => {
    const write = (name: string, value: unknown) => writeFileSync(join(home, name), JSON.stringify(value));
    write("world.json", { flights: { TA1: flight }, users: { ana: user }, reservations: {} });
    write("tasks.json", {
      tasks: [
        { task_id: "t1", writes: [{ name: "book_reservation", arguments: booking, context }] },
        { task_id: "t2", writes: [] },
      ],
    });
    write("cases.json", {
      cases: [
        { id: "c1", context, attempt: { op: "create_booking", params: booking } },
        { id: "c2", context, attempt: { op: "create_booking", params: { ...booking, passengers: Array(6).fill(booking.passengers[0]) } } },
      ],
    });
    write("params.json", { canonical: { max_passengers: 0 } });
  });

  it("prints a line of JSON for each task", async () => {
    const { code, stdout, stderr } = await cli(home, ["policy", "replay", "--world", "world.json", "--tasks", "tasks.json", "--json"]);
    const [first, second, ...more] = stdout.trim().split("\n");
    expect({ code, stderr, more }).toEqual({ code: 0, stderr: "", more: [] });
    expect(JSON.parse(first!)).toMatchObject({ id: "t1", changed: true, refused: [] });
    expect(JSON.parse(first!).diff).toContainEqual({ path: "/flights/TA1/dates/2024-05-20/available_seats/economy", op: "replace", after: 4 });
    expect(JSON.parse(second!)).toEqual({ id: "t2", changed: false, refused: [], diff: [] });
  });

  it("judges cases with the parameters that are given", async () => {
    const judge = async (...more: string[]) =>
      (await cli(home, ["policy", "replay", "--world", "world.json", "--cases", "cases.json", "--json", ...more])).stdout;
    const decisions = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    expect(decisions(await judge())).toMatchObject([
      { id: "c1", decision: "allow", changed: true },
      { id: "c2", decision: "deny", ruleId: "air.book.too-many-passengers", code: "group-size", changed: false },
    ]);
    expect(decisions(await judge("--params", "params.json"))).toMatchObject([{ ruleId: "air.book.too-many-passengers" }, { decision: "deny" }]);
  });

  it("speaks to people without --json", async () => {
    const { stdout } = await cli(home, ["policy", "replay", "--world", "world.json", "--cases", "cases.json"]);
    expect(stdout).toContain("c2  deny  air.book.too-many-passengers  a reservation has at most 5 passengers");
  });

  it("says what is missing", async () => {
    expect(await cli(home, ["policy", "replay", "--world", "world.json"])).toMatchObject({ code: 2, stderr: expect.stringContaining("--tasks") });
    const none = await cli(home, ["policy", "replay", "--world", "none.json", "--cases", "cases.json"]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining("none.json cannot be read") });
    const pack = await cli(home, ["policy", "replay", "--pack", "none", "--world", "world.json", "--cases", "cases.json"]);
    expect(pack.stderr).toContain("there is no policy pack none");
  });
});
