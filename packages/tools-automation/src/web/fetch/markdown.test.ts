import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import { type Markup, markdown } from "./markdown.ts";
import { plainWords } from "./plain-words.ts";

const body = (html: string) => parseHTML(`<html><body>${html}</body></html>`).document.body as unknown as Markup;
const as = (html: string, plain = false) => markdown(body(html), { base: "https://agency.example/trips/", plain });

describe("a page as Markdown", () => {
  it("keeps headings, lists, tables, quotes, code and links", () => {
    expect(
      as(
        `<h1>Lisbon</h1><p>Fly <b>direct</b> with <a href="../air?x=1">TAP</a>.<br>Daily.</p><ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>
         <table><tr><th>Day</th><th>Price</th></tr><tr><td>Mon</td><td>89 €</td></tr></table><blockquote><p>Nice</p></blockquote><pre>a
  b</pre><img alt="The harbour" src="x.jpg">`,
      ),
    ).toBe(
      [
        "# Lisbon",
        "Fly **direct** with [TAP](https://agency.example/air?x=1).\nDaily.",
        "- One\n  - Inner\n- Two",
        "| Day | Price |\n| Mon | 89 € |",
        "> Nice",
        "```\na\n  b\n```",
        "The harbour",
      ].join("\n\n"),
    );
    expect(as("<h2>Lisbon</h2><p><b>Fly</b> <a href='/x'>now</a></p>", true)).toBe("Lisbon\n\nFly now");
  });

  it("has nothing that people do not see", () => {
    expect(
      as(
        `<p>Seen</p><p hidden>one</p><p style="display: none">two</p><div style="visibility:hidden">three</div><p aria-hidden="true">four</p><script>five</script>
         <template>six</template><p style="font-size:0">seven</p><!-- eight --><p style="opacity:0.9">also\u200b \u{e0041}seen</p><a href="javascript:alert(1)">link</a>`,
      ),
    ).toBe("Seen\n\nalso seen\n\nlink");
  });
});

describe("the words of a page", () => {
  it("are what stands between its tags", () => {
    expect(
      plainWords("<title>no</title><h1>Fares &amp; rules</h1><script>if (a<b) x()</script><p>From&nbsp;89&nbsp;&#8364;<br>per person</p><!-- no --><p>1 < 2"),
    ).toContain("Fares & rules");
    expect(plainWords("<p>From 89 &#8364;</p><style>p{}</style>")).toBe("From 89 €");
  });

  it("take no longer for a page that is made to be slow", () => {
    const started = performance.now();
    for (const part of ["<script", "<!--", "<", "<div>", "&", "&#", "<script>", "< ", "\n \n"]) plainWords(part.repeat(300_000));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
