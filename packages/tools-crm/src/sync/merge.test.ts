import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CommonState, type ConflictRules, fieldHash, merge } from "./merge.ts";

const hash = (field: "name" | "phone" | "email" | "language" | "tags", value: string) => fieldHash("x", field, value);
const run = (
  ours: string,
  theirs: string,
  base: string | undefined,
  rules: ConflictRules = {},
  extra: { pending?: CommonState; newer?: "ours" | "theirs" } = {},
) =>
  merge({
    fields: ["phone"],
    ours: { phone: ours },
    theirs: { phone: theirs },
    base: base === undefined ? {} : { phone: hash("phone", base) },
    pending: extra.pending ?? {},
    hash,
    rules,
    newer: extra.newer ?? "ours",
  });
const [a, b, c] = ["+351910000001", "+351910000002", "+351910000003"];

describe("merge", () => {
  it("gives a field to who alone changed it", () => {
    expect(run(b, a, a)).toMatchObject({ push: { phone: b }, take: {}, conflicts: [] });
    expect(run(a, b, a)).toMatchObject({ take: { phone: b }, push: {}, conflicts: [] });
    expect(run(a, "", a)).toMatchObject({ take: { phone: "" }, conflicts: [] });
    expect(run("", a, a)).toMatchObject({ push: { phone: "" }, conflicts: [] });
    expect(run(b, b, a)).toMatchObject({ push: {}, take: {}, conflicts: [], settled: ["phone"] });
  });

  it("tells what both changed, and lets the rule decide", () => {
    expect(run(b, c, a, { phone: "ours" })).toMatchObject({ push: { phone: b }, conflicts: [{ taken: "ours", ours: b, theirs: c }] });
    expect(run(b, c, a, { phone: "theirs" })).toMatchObject({ take: { phone: c }, conflicts: [{ taken: "theirs" }] });
    expect(run(b, c, a, {}, { newer: "theirs" })).toMatchObject({ take: { phone: c }, conflicts: [{ taken: "theirs" }] });
    const asked = run(b, c, a, { phone: "ask" });
    expect(asked).toMatchObject({ take: {}, push: {}, settled: [] });
    expect(asked.conflicts).toEqual([{ field: "phone", kind: "fields", ours: b, theirs: c }]);
  });

  it("fills in what one side lacks when there is nothing in common yet", () => {
    expect(run(a, "", undefined)).toMatchObject({ push: { phone: a }, conflicts: [] });
    expect(run("", a, undefined)).toMatchObject({ take: { phone: a }, conflicts: [] });
    expect(run(a, b, undefined)).toMatchObject({ conflicts: [{ kind: "fields" }] });
  });

  it("knows its own write again, though its reply was lost", () => {
    expect(run(c, b, a, {}, { pending: { phone: hash("phone", b) } })).toMatchObject({ push: { phone: c }, conflicts: [] });
  });

  it("takes no value that our records cannot hold, and says so", () => {
    expect(run(a, "call the office", a)).toMatchObject({ take: {}, push: {}, settled: [], conflicts: [{ kind: "unreadable", theirs: "call the office" }] });
  });

  it("never loses a change without telling it", () => {
    const value = fc.constantFrom("", a, b, c);
    fc.assert(
      fc.property(value, value, fc.option(value, { nil: undefined }), fc.constantFrom("ours", "theirs", "newest", "ask"), (ours, theirs, base, rule) => {
        const { take, push, conflicts } = run(ours, theirs, base, { phone: rule as "ours" });
        const lostTheirs = push.phone !== undefined && theirs !== base && theirs !== "";
        const lostOurs = take.phone !== undefined && ours !== base && ours !== "";
        if (lostTheirs || lostOurs) expect(conflicts).toHaveLength(1);
        expect(take.phone !== undefined && push.phone !== undefined).toBe(false);
      }),
    );
  });
});
