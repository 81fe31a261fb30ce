import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TravelAgentError } from "@travelagent/protocol";
import * as fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { loadTemplates } from "./load.ts";
import { readVariant } from "./read-variant.ts";
import { render } from "./render.ts";
import type { Template, TemplateProblem } from "./template.ts";
import { exampleValues } from "./values.ts";

const shippedFolder = fileURLToPath(new URL("../templates", import.meta.url));
const shipped = loadTemplates([{ path: shippedFolder, source: "shipped" }]);
const locales = ["de", "en", "es", "fr", "it", "pt"];
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(files: Record<string, string>): string {
  const path = mkdtempSync(join(tmpdir(), "templates-"));
  made.push(path);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return path;
}
const load = (files: Record<string, string>) => loadTemplates([{ path: folder(files), source: "agency" }]);
const one = (text: string, name = "en"): Template => {
  const set = load({ [`t/${name}.md`]: text });
  expect(set.problems).toEqual([]);
  return set.templates.get("t")!;
};
const head = (variables: Record<string, string>, rest = "") =>
  `---\n${rest}variables:\n${Object.entries(variables)
    .map(([name, type]) => `  ${name}: ${type}\n`)
    .join("")}---\n`;
const at = (channel = "webchat", locale = "en", timeZone = "Europe/Lisbon") => ({ channel, locale, timeZone });
const caught = (work: () => unknown): TravelAgentError => {
  try {
    work();
  } catch (error) {
    if (TravelAgentError.is(error)) return error;
    throw error;
  }
  throw new Error("nothing was raised");
};
const saying = (problems: readonly TemplateProblem[]) => problems.map(({ variant, problem }) => `${variant ?? ""}: ${problem}`);

describe("the templates that come along", () => {
  it("are each in six languages, and in order", () => {
    expect(shipped.problems).toEqual([]);
    expect([...shipped.templates.keys()]).toEqual([
      "ai-disclosure",
      "booking-confirmation",
      "check-in-open",
      "check-in-reminder",
      "departure-reminder",
      "document-request",
      "follow-up-after-trip",
      "one-time-code",
      "opt-out-confirmation",
      "passport-expiry",
      "passport-request",
      "payment-overdue",
      "payment-reminder",
      "price-drop",
      "price-watch",
      "quote-ready",
      "schedule-change",
      "ticketing-limit",
    ]);
    for (const { name, variants } of shipped.templates.values())
      expect([
        name,
        variants
          .filter(({ channel }) => channel === undefined)
          .map(({ locale }) => locale)
          .toSorted(),
      ]).toEqual([name, locales]);
  });

  it("say every value in every language and on every channel, and leave no placeholder", () => {
    for (const template of shipped.templates.values())
      for (const locale of [...locales, "pt-BR", "en-US", "xx"])
        for (const channel of ["webchat", "sms", "email", "whatsapp"]) {
          const made = render(template, exampleValues(template.variables), { channel, locale, timeZone: "Europe/Madrid" });
          const all = [made.text, made.subject ?? "", made.html ?? "", ...(made.whatsapp?.parameters ?? [])].join("\n");
          expect(all).not.toMatch(/\{\{|\}\}|\*\*|undefined|\[object/);
          if (Object.hasOwn(template.variables, "url") && channel !== "whatsapp") expect(all).toContain("https://example.com/trip");
          if (channel === "email")
            expect([template.name, locale, made.subject !== undefined, made.html?.includes("<p>")]).toEqual([template.name, locale, true, true]);
          if (channel === "whatsapp") expect([template.name, made.whatsapp!.parameters.every((one) => one !== "")]).toEqual([template.name, true]);
        }
  });
});

describe("rendering", () => {
  it("writes dates, times, money and counts as the language and the customer's clock do", () => {
    const template = one(
      `${head({ when: "dateTime", day: "date", sum: "money", nights: "count", papers: "list" })}{{when}}|{{day}}|{{sum}}|{{nights | one: # night | other: # nights}}|{{papers}}`,
    );
    const values = {
      when: "2027-03-28T08:15:00Z",
      day: "2027-03-28",
      sum: { amount: "1240.50", currency: "EUR" },
      nights: 1,
      papers: ["passport", "visa", "photo"],
    };
    expect(render(template, values, at()).text.split("|")).toEqual([
      "March 28, 2027 at 09:15 AM GMT+1",
      "March 28, 2027",
      "€1,240.50",
      "1 night",
      "passport, visa, and photo",
    ]);
    // In the language of the text as the agency writes it, or the customer.
    expect(render(template, values, { ...at(), locale: "en-GB" }).text.split("|")[1]).toBe("28 March 2027");
    expect(render(template, values, { ...at("webchat", "xx"), agencyLocale: "en-GB" }).text.split("|")[1]).toBe("28 March 2027");
    expect(render(template, { ...values, nights: 1000 }, at()).text).toContain("1,000 nights");
    // A time of travel is the one on the clock of the place.
    const tokyo = { local: "2027-03-28T17:15:00", timeZone: "Asia/Tokyo", utc: "2027-03-28T08:15:00Z" };
    expect(render(template, { ...values, when: tokyo }, at()).text.split("|")[0]).toBe("March 28, 2027 at 05:15 PM");
    expect(
      render(
        shipped.templates.get("booking-confirmation")!,
        { ...exampleValues(shipped.templates.get("booking-confirmation")!.variables) },
        at("webchat", "de"),
      ).text,
    ).toContain("1.240,50\u00a0€");
  });

  it("looks for the language, its parent, the agency's, then English; the language before the channel", () => {
    const text = (word: string) => `${head({ name: "text" })}${word} {{name}}`;
    const set = load({
      "t/en.md": text("hello"),
      "t/en.sms.md": "hi {{name}}",
      "t/pt.md": text("olá"),
      "t/pt-BR.md": text("oi"),
      "t/de.md": text("hallo"),
    });
    expect(set.problems).toEqual([]);
    const template = set.templates.get("t")!;
    const said = (locale: string | undefined, agencyLocale: string | undefined, channel = "webchat") =>
      render(template, { name: "x" }, { channel, timeZone: "UTC", locale, agencyLocale }).text;
    expect([
      said("pt-BR", "de"),
      said("pt-AO", "de"),
      said("pt", "de"),
      said("fr", "de-AT"),
      said("fr", "ja"),
      said(undefined, undefined),
      said("not a tag", "de"),
    ]).toEqual(["oi x", "olá x", "olá x", "hallo x", "hello x", "hello x", "hallo x"]);
    expect([said("en-GB", "de", "sms"), said("pt", "de", "sms")]).toEqual(["hi x", "olá x"]);
  });

  it("makes subject and HTML for mail, name and parameters for WhatsApp, plain words elsewhere", () => {
    const template = one(
      `${head({ name: "text", url: "url" }, "subject: For {{name}}\nwhatsapp: hello_there(name, url)\n")}# Hello {{name}}\n\nRead **this**, {{name}}:\n[your page]({{url}})\n\n- one\n- [home](https://example.com/)`,
    );
    const values = { name: "Ana\r\n Silva", url: "https://example.com/a?b=1&c=2" };
    expect(render(template, values, at("webchat"))).toEqual({
      template: "t",
      locale: "en",
      channel: "webchat",
      text: "Hello Ana\n Silva\n\nRead this, Ana\n Silva:\nyour page: https://example.com/a?b=1&c=2\n\n- one\n- home: https://example.com/",
    });
    const mail = render(template, values, at("email"));
    expect(mail.subject).toBe("For Ana Silva");
    expect(mail.html).toContain(
      '<h2>Hello Ana<br> Silva</h2><p>Read <strong>this</strong>, Ana<br> Silva:<br><a href="https://example.com/a?b=1&amp;c=2">your page</a></p><ul><li>one</li><li><a href="https://example.com/">home</a></li></ul>',
    );
    expect(render(template, values, at("whatsapp")).whatsapp).toEqual({
      name: "hello_there",
      language: "en",
      parameters: ["Ana Silva", "https://example.com/a?b=1&c=2"],
    });
  });

  it("names every value that is missing, wrong or not asked for, before anything is sent", () => {
    const template = one(`${head({ a: "text", b: "money", c: "count" })}{{a}} {{b}} {{c}}`);
    const error = caught(() => render(template, { b: { amount: "1.234", currency: "EUR" }, c: -1, typo: "x" }, at()));
    expect(error.code).toBe("INVALID_REQUEST");
    expect(error.details).toEqual({ template: "t", missing: ["a"], mistyped: ["b", "c"], unknown: ["typo"] });
    const wrong: Record<string, unknown[]> = {
      text: ["", "  ", 5, {}, null, ["x"]],
      date: ["2027-02-30", "28.3.2027", 5, "2027-03-28T00:00:00Z"],
      dateTime: ["2027-03-28", "2027-03-28T10:00:00", "tomorrow", { utc: "x", timeZone: "UTC" }, { utc: "2027-03-28T08:15:00Z", timeZone: "Mars/Base" }],
      money: [
        "12 EUR",
        { amount: 12, currency: "EUR" },
        { amount: "12.00", currency: "eur" },
        { amount: "1e5", currency: "EUR" },
        { amount: "1.5", currency: "JPY" },
      ],
      count: [1.5, -1, "2", Number.NaN, Number.POSITIVE_INFINITY],
      url: ["javascript:alert(1)", "//example.com", "https://a b", 'https://a"b', "https://good.example@evil.example/", "ftp://x"],
      list: [[], "x", [""], [1]],
    };
    for (const [type, values] of Object.entries(wrong)) {
      const typed = one(`${head({ a: type })}{{a}}`);
      for (const value of values) expect([type, value, caught(() => render(typed, { a: value }, at())).code]).toEqual([type, value, "INVALID_REQUEST"]);
    }
  });

  it("takes values for data, whatever is in them, and loses none of it", () => {
    const template = one(
      `${head({ a: "text", b: "text", list: "list" }, "subject: {{a}}\nwhatsapp: x(a, b)\n")}Dear {{a}}, **{{b}}** and {{list}}.\n\n- {{a}}\n\n[{{b}}](https://example.com/)`,
    );
    const nasty = fc.oneof(
      fc.constantFrom(
        "{{b}}",
        "{{a | one: x | other: #}}",
        "**bold**",
        "[x](https://evil.example)",
        "<script>alert(1)</script>",
        "$&",
        "$1",
        "&lt;",
        "# head",
        "\\",
        "' \" `",
        "#",
      ),
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 }),
    );
    const escaped = (text: string) =>
      text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
    fc.assert(
      fc.property(nasty, nasty, nasty, (a, b, c) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what the renderer takes out by design
        const clean = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "").trim();
        const [x, y, z] = [clean(a), clean(b), clean(c)];
        fc.pre(x !== "" && y !== "" && z !== "");
        const plain = render(template, { a: x, b: y, list: [z] }, at()).text;
        expect(plain).toBe(`Dear ${x}, ${y} and ${z}.\n\n- ${x}\n\n${y}: https://example.com/`);
        const { html } = render(template, { a: x, b: y, list: [z] }, at("email"));
        expect(html).toContain(
          `<p>Dear ${escaped(x)}, <strong>${escaped(y)}</strong> and ${escaped(z)}.</p><ul><li>${escaped(x)}</li></ul><p><a href="https://example.com/">${escaped(y)}</a></p>`,
        );
        expect(html!.replaceAll(/<\/?(?:p|ul|li|strong|h2|br|html|head|body|meta|a)\b[^<>]*>|<!doctype html>/g, "")).not.toMatch(/[<>]/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("lint", () => {
  it("says what is wrong, where", () => {
    const en = `${head({ name: "text", nights: "count" })}{{name}} {{nights | one: # night | other: # nights}}`;
    expect(saying(load({ "t/en.md": `${head({ name: "text", other: "text" })}{{name}} {{typo}}` }).problems)).toEqual([
      "en: {{typo}} is not declared",
      "en: other is declared and not used",
    ]);
    expect(saying(load({ "t/en.md": en, "t/de.md": `${head({ name: "text" })}{{name}}` }).problems)).toEqual([
      "de: nights is not there and count in other languages",
      "de: nights is said in other languages and not here",
    ]);
    expect(saying(load({ "t/en.md": en, "t/de.md": `${head({ name: "text", nights: "text" })}{{name}} {{nights}}` }).problems)).toEqual([
      "de: nights is text and count in other languages",
    ]);
    expect(saying(load({ "t/en.md": `${head({ n: "count" })}{{n | other: # x}}` }).problems)).toEqual(['en: n: the form "one" is missing']);
    expect(saying(load({ "t/en.md": `${head({ n: "count" })}{{n | one: # | few: # | other: #}}` }).problems)).toEqual(['en: n: en has no form "few"']);
    expect(saying(load({ "t/en.md": `${head({ n: "text" })}{{n | one: # | other: #}} [x]({{n}})` }).problems)).toEqual([
      "en: {{n}} picks a form and is no count",
      "en: ({{n}}) is a link and no url",
    ]);
    expect(saying(load({ "t/en.sms.md": "hello" }).problems)).toEqual([": there is no text for every channel, such as en.md"]);
    expect(saying(load({ "t/en.md": "---\npurpose: marketing\n---\nx", "t/de.md": "y" }).problems)).toEqual([
      "de: its purpose is not marketing, as in other languages",
    ]);
  });

  it.each([
    ["en", "{{name", "a placeholder is not closed"],
    ["en", "{{Name}}", "is no name of a variable"],
    ["en", "{{n | one: x}}", '"other" is missing'],
    ["en", "{{n | three: x | other: y}}", "is no form"],
    ["en", "[x](javascript:alert)", "is no link"],
    ["en", "[x](http://example.com)", "is no link"],
    ["en", "---\nvariables:\n  a: number\n---\n{{a}}", 'there is no type "number"'],
    ["en", "---\ncolour: red\n---\nx", 'there is no key "colour"'],
    ["en", "---\nkind: loud\n---\nx", 'there is no "loud"'],
    ["en", "---\npurpose: fun\n---\nx", 'there is no "fun"'],
    ["en", "---\nsubject: x\nx", "the head has no end"],
    ["en", "---\nsubject: x\nsubject: y\n---\nx", "subject is there twice"],
    ["en", "", "there is no text"],
    ["english_", "x", "is no language and channel"],
    ["EN", "x", "is no language and channel"],
    ["en.s m s", "x", "is no id of a channel"],
    ["en.sms.x", "x", "is no language and channel"],
  ])("refuses %s: %j", (name, text, problem) => {
    expect(caught(() => readVariant(name, text, { source: "agency", file: "f" })).message).toContain(problem);
  });
});

describe("texts of the agency", () => {
  it("take the place of the shipped ones, file by file; a bad one does not", () => {
    const files = {
      "one-time-code/en.sms.md": "Code: {{code}}",
      "one-time-code/de.sms.md": "Code: {{code",
      "birthday/en.md": `${head({ name: "text" }, "purpose: marketing\nkind: marketing\n")}Happy birthday, {{name}}!`,
    };
    const set = loadTemplates([
      { path: shippedFolder, source: "shipped" },
      { path: folder(files), source: "agency" },
    ]);
    expect(saying(set.problems)).toEqual(['de.sms: "Code: {{code": a placeholder is not closed, or has braces inside']);
    const code = set.templates.get("one-time-code")!;
    expect(render(code, { code: "4711", minutes: 5 }, at("sms", "en")).text).toBe("Code: 4711");
    expect(render(code, { code: "4711", minutes: 5 }, at("sms", "de")).text).toBe("4711 ist Ihr Code. Geben Sie ihn niemandem.");
    expect(code.variants.filter(({ source }) => source === "agency").map(({ locale, channel }) => [locale, channel])).toEqual([["en", "sms"]]);
    expect(set.templates.get("birthday")).toMatchObject({ purpose: "marketing", kind: "marketing" });
    expect(loadTemplates([{ path: "/nowhere/at/all", source: "agency" }]).templates.size).toBe(0);
  });
});
