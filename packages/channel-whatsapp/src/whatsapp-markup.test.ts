import { describe, expect, it } from "vitest";
import { whatsappMarkup } from "./whatsapp-markup.ts";

describe("Markdown in WhatsApp's signs", () => {
  it.each([
    ["**bold** and *leaning* and ~~gone~~ and `code`", "*bold* and _leaning_ and ~gone~ and `code`"],
    ["# Your **trip**\n\nTwo seats.", "*Your trip*\n\nTwo seats."],
    ["- one\n- two\n  - inner\n\n1. first\n2. second", "- one\n- two\n  - inner\n\n1. first\n2. second"],
    ["[our page](https://example.com/a_b?c=1&d=2) or https://example.com", "our page (https://example.com/a_b?c=1&d=2) or https://example.com"],
    ["[ana@example.com](mailto:ana@example.com)", "ana@example.com"],
    ["```ts\nconst a = 1 < 2;\n```", "```\nconst a = 1 < 2;\n```"],
    ["> quoted\n> twice", "> quoted\n> twice"],
    ["| a | b |\n|---|---|\n| 1 | **22** |", "```\na  b\n1  22\n```"],
    ["**two\nlines**", "*two*\n*lines*"],
    ["R&D <b>x</b> 3 < 4", "R&D <b>x</b> 3 < 4"],
    ["Price: 189.40 EUR\nSeats: 2", "Price: 189.40 EUR\nSeats: 2"],
  ])("%j", (markdown, expected) => {
    expect(whatsappMarkup(markdown)).toBe(expected);
  });
});
