import { describe, expect, it } from "vitest";
import { causeOf, foreignOrigin, reasonOf, yesOrNo } from "./words.ts";

describe("words of a case", () => {
  it.each([
    ["cancelled", "cancelled"],
    ["Flight cancellation", "cancelled"],
    ["delayed_flight", "delayed"],
    ["my flight was late", "delayed"],
    [{ type: "delay", booking_id: "ABC123" }, "delayed"],
    ["delayed baggage", "delayed_baggage"],
    ["lost luggage", "lost_luggage"],
    ["bad food", "bad_food"],
    ["schedule", "schedule"],
    [undefined, undefined],
    ["", undefined],
  ])("%j went wrong: %s", (said, cause) => expect(causeOf(said)).toBe(cause));

  it("knows a reason under several names", () => {
    expect([reasonOf("illness"), reasonOf("Bad weather"), reasonOf("change of plans"), reasonOf("job loss"), reasonOf(null)]).toEqual([
      "health",
      "weather",
      "change_of_plan",
      "job_loss",
      undefined,
    ]);
  });

  it("takes a reason as the parameters call it", () => {
    const listed = ["Job loss", "illness"];
    expect(["job_loss", "illness", "sick"].map((said) => reasonOf(said, listed))).toEqual(["Job loss", "illness", "health"]);
    expect(["not health", "family illness", "stormy sea cruise", "weather"].map((said) => reasonOf(said))).toEqual([
      "not_health",
      "family_illness",
      "stormy_sea_cruise",
      "weather",
    ]);
  });

  it("takes everybody but the customer for somebody else", () => {
    expect([undefined, "customer", "user_message", "End user", "passenger"].map(foreignOrigin)).toEqual(Array(5).fill(undefined));
    expect(["other user", "user_uploaded_document", "agent"].map(foreignOrigin)).toEqual(["other_user", "user_uploaded_document", "agent"]);
    expect(["supplier_email", { type: "web page" }].map(foreignOrigin)).toEqual(["supplier_email", "web_page"]);
  });

  it("reads yes and no", () => {
    expect([true, "yes", "No", "none", "maybe", undefined].map(yesOrNo)).toEqual([true, true, false, false, undefined, undefined]);
  });
});
