import type { OfferLine } from "@travelagent/protocol/messages";
import { expect, it } from "vitest";
import { pairButtons } from "./offer-buttons.ts";

const offer = (number: number): OfferLine => ({
  offerId: `o${number}`,
  number,
  title: "",
  lines: [],
  price: { amount: "1.00", currency: "EUR" },
  tags: [],
  sandbox: true,
});
const labels = (numbers: number[], buttons: { label: string; text: string }[]) => {
  const { chosenBy, others } = pairButtons(numbers.map(offer), buttons);
  return { offers: Object.fromEntries([...chosenBy].map(([id, button]) => [id, button.label])), others: others.map(({ label }) => label) };
};

it("gives each offer the button that answers with its number", () => {
  const buttons = [
    { label: "Second", text: "2" },
    { label: "First", text: "1" },
    { label: "More", text: "show me more" },
  ];
  expect(labels([1, 2], buttons)).toEqual({ offers: { o1: "First", o2: "Second" }, others: ["More"] });
});

it("does not take 12 for 1", () => {
  const buttons = [
    { label: "Choose 12", text: "Option 12" },
    { label: "Choose 1", text: "Option 1" },
  ];
  expect(labels([1, 12], buttons)).toEqual({ offers: { o1: "Choose 1", o12: "Choose 12" }, others: [] });
});

it("leaves offers without a button alone", () => {
  expect(labels([1], [])).toEqual({ offers: {}, others: [] });
});
