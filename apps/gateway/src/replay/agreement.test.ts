import { describe, expect, it } from "vitest";
import { agrees } from "./agreement.ts";
import type { Call } from "./calls.ts";

const cancel: Call = { op: "cancel_booking", params: { booking_id: "ABC123", reason: "health" } };
const change: Call = {
  op: "modify_booking.flights",
  params: {
    booking_id: "ABC123",
    cabin: "business",
    segments: [
      { flight_number: "TA1", date: "2024-05-20" },
      { flight_number: "TA2", date: "2024-05-25" },
    ],
    payment_ids: ["card"],
  },
};
const book: Call = {
  op: "create_booking",
  params: { passengers: [{ first_name: "Ana", last_name: "Silva" }], payment_methods: [{ payment_id: "card", amount: 100 }], insurance: "yes", total_bags: 2 },
};

describe("a yes that names something", () => {
  it.each([
    ["the booking", { booking_id: "ABC123" }, cancel],
    ["the booking under another name", { reservation_id: "ABC123" }, cancel],
    ["the action", { op: "cancel_booking", booking_id: "ABC123" }, cancel],
    ["the action in the benchmark's words", { name: "cancel_reservation", arguments: { reservation_id: "ABC123" } }, cancel],
    ["the reason", { booking_id: "ABC123", reason: "health" }, cancel],
    ["flights with dates", { segments: change.params.segments }, change],
    ["flights by their numbers", { flights: ["TA1", "TA2"] }, change],
    ["cabin", { action: "modify_booking", cabin: "Business" }, change],
    ["who travels", { passengers: ["Ana Silva"] }, book],
    ["how many travel", { passengers: 1, total: 230 }, book],
    ["payments", { payment_methods: [{ payment_id: "card", amount: 100 }] }, book],
    ["insurance and bags", { insurance: true, total_baggages: 2 }, book],
  ])("counts when %s is the same", (_, confirmed, call) => {
    expect(agrees(confirmed, call, {}, 230)).toBe(true);
  });

  it.each([
    ["another booking", { booking_id: "OTHER1" }, cancel],
    ["another booking, whatever it is called", { yes_to: "OTHER1" }, cancel],
    ["a booking, where none is meant", { booking_id: "ABC123" }, book],
    ["another action", { op: "modify_booking.baggage", booking_id: "ABC123" }, cancel],
    ["another part of a change", { op: "modify_booking.baggage" }, change],
    ["another reason", { reason: "change_of_plan" }, cancel],
    ["another date", { segments: [{ flight_number: "TA1", date: "2024-05-21" }, change.params.segments] }, change],
    ["fewer flights", { flights: ["TA1"] }, change],
    ["another cabin", { cabin: "economy" }, change],
    ["other passengers", { passengers: ["Rui Silva"] }, book],
    ["more passengers", { passengers: 2 }, book],
    ["another price", { total: 200 }, book],
    ["another amount", { payment_methods: [{ payment_id: "card", amount: 90 }] }, book],
    ["no insurance", { insurance: false }, book],
    ["a no", { confirmed: false, booking_id: "ABC123" }, cancel],
  ])("does not count when it names %s", (_, confirmed, call) => {
    expect(agrees(confirmed, call, {}, 230)).toBe(false);
  });
});
