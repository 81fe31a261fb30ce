import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";

/** The Chromium of this machine, if there is one: tests in the browser need it. */
export const chromiumPath: string | undefined = [process.env.CHROMIUM_PATH, "/usr/bin/chromium"].find((path) => path && existsSync(path));

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** A person at a browser of their own: no cookie, no history. */
export interface Person {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the browser complained about: errors of scripts, violations of the content security policy, files that did not load. */
  readonly problems: string[];
}

export async function newPerson(browser: Browser, options: BrowserContextOptions = {}): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.setDefaultTimeout(15_000);
  const problems: string[] = [];
  context.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  context.on("weberror", (error) => problems.push(String(error.error())));
  return { context, page: await context.newPage(), problems };
}

export const composer = (page: Page): Locator => page.getByRole("textbox", { name: "Your message" });

/** Types a message into the chat and sends it. */
export async function write(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  await composer(page).press("Enter");
}

/** The newest card of a kind. */
export const card = (page: Page, kind: "offers" | "confirmation" | "booking"): Locator =>
  page.locator({ offers: ".card:has(.offers)", confirmation: ".card-confirmation", booking: ".card:has(.items)" }[kind]).last();

/** The text of one part of the page as a person sees it. */
// biome-ignore lint/performance/useDomNodeTextContent: what counts here is what is visible
export const textOf = (part: Locator): Promise<string> => part.innerText();

/** What was said and shown, without what changes by itself. */
export const talkOf = (page: Page): Promise<string[]> => page.locator(".bubble, .card").allInnerTexts();

/** How often the assistant has spoken. */
export const answers = (page: Page): Locator => page.locator('.message.from-agent:not([aria-busy="true"])');

/** Does something that the assistant answers, and gives the message it answers with. */
export async function answerTo(page: Page, act: () => Promise<void>): Promise<Locator> {
  const before = await answers(page).count();
  await act();
  const answer = answers(page).nth(before);
  await answer.waitFor();
  return answer;
}

/** From a wish to the question whether to book the first offer. */
export async function askToBook(page: Page, wish: string, travellers: string): Promise<Locator> {
  const found = await answerTo(page, () => write(page, wish));
  await answerTo(page, () => found.getByRole("button", { name: /^Choose 1:/ }).click());
  return (await answerTo(page, () => write(page, travellers))).locator(".card-confirmation");
}

/** Controls without an accessible name, by role, as assistive technology sees the page. */
export async function unnamedControls({ context, page }: Person): Promise<string[]> {
  const session = await context.newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  await session.detach();
  const controls = new Set(["button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "switch", "slider", "tab", "menuitem", "img"]);
  return nodes.filter(({ ignored, role, name }) => !ignored && controls.has(String(role?.value)) && !name?.value).map(({ role }) => String(role?.value));
}

/** Texts on the page whose contrast to what lies behind them is below 4.5, as WCAG 2 counts it. Disabled controls are exempt there. */
export const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate<string[]>(`(() => {
    const channels = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = channels(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3] === 1) return color;
      }
      return [255, 255, 255];
    };
    return [...document.body.querySelectorAll("*")].flatMap((element) => {
      const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
      if (text === "" || !element.checkVisibility() || element.closest(":disabled, .visually-hidden, script, noscript")) return [];
      const [a, b] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      return ratio < 4.5 ? [ratio.toFixed(2) + " " + text.slice(0, 60)] : [];
    });
  })()`);

/** By how many pixels the page and its scrolling parts are wider than what is shown of them; 0 is as it should be. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>(
    `Math.max(...["html", ".thread-scroll", ".stage", ".list-scroll", ".detail-scroll"].flatMap((name) => [...document.querySelectorAll(name)]).map((part) => part.scrollWidth - part.clientWidth))`,
  );
