import { fakeClock } from "@travelagent/protocol/testing";
import { describe, expect, it } from "vitest";
import { createPendingTable } from "./pending.ts";

const plain = { method: "health", params: undefined, timeoutMs: 1000, twoStage: false };
const keyed = { method: "chat.send", params: { idempotencyKey: "k" }, timeoutMs: 1000, twoStage: false };

describe("pending calls", () => {
  it("are settled by their own answer, in any order", async () => {
    const table = createPendingTable(fakeClock());
    const [first, second] = [table.add(plain), table.add(plain)];
    const [a, b] = table.takeUnsent();
    expect(table.settle({ id: b?.id, ok: true, payload: "second" })).toBe(true);
    table.settle({ id: a?.id, ok: false, error: { code: "RATE_LIMITED", message: "slower", retryAfterMs: 50 } });
    await expect(second).resolves.toBe("second");
    await expect(first).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 50 });
    expect(table.settle({ id: b?.id, ok: true })).toBe(false);
  });

  it("are sent once per connection", () => {
    const table = createPendingTable(fakeClock());
    void table.add(plain).catch(() => {});
    expect(table.takeUnsent()).toHaveLength(1);
    expect(table.takeUnsent()).toHaveLength(0);
  });

  it("time out, sent or not", async () => {
    const clock = fakeClock();
    const table = createPendingTable(clock);
    const call = table.add(plain);
    call.catch(() => {});
    await clock.advance(1001);
    await expect(call).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(table.takeUnsent()).toEqual([]);
  });

  it("with a key are sent again after a break, others reject", async () => {
    const table = createPendingTable(fakeClock());
    const lost = table.add(plain);
    lost.catch(() => {});
    const again = table.add(keyed);
    const before = table.takeUnsent();
    const unsent = table.add(plain);
    table.drop();
    await expect(lost).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const after = table.takeUnsent();
    expect(after.map((request) => request.method)).toEqual(["chat.send", "health"]);
    expect(after[0]).toEqual(before[1]);
    table.settle({ id: after[0]?.id, ok: true, payload: 1 });
    table.settle({ id: after[1]?.id, ok: true, payload: 2 });
    await expect(Promise.all([again, unsent])).resolves.toEqual([1, 2]);
  });

  it("of two stages tell of the acceptance once and resolve with the outcome", async () => {
    const table = createPendingTable(fakeClock());
    const accepted: unknown[] = [];
    const call = table.add({ ...keyed, method: "agent", twoStage: true, onAccepted: (payload) => accepted.push(payload) });
    const id = table.takeUnsent()[0]?.id;
    table.settle({ id, ok: true, payload: { status: "accepted", runId: "r" } });
    table.drop();
    table.takeUnsent();
    table.settle({ id, ok: true, payload: { status: "accepted", runId: "r" } });
    table.settle({ id, ok: true, payload: { status: "ok", runId: "r" } });
    await expect(call).resolves.toEqual({ status: "ok", runId: "r" });
    expect(accepted).toEqual([{ status: "accepted", runId: "r" }]);
  });

  it("survive an error frame without an error in it", async () => {
    const table = createPendingTable(fakeClock());
    const call = table.add(plain);
    table.settle({ id: table.takeUnsent()[0]?.id, ok: false });
    await expect(call).rejects.toMatchObject({ code: "INTERNAL" });
  });
});
