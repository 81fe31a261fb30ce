import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  answers,
  answerTo,
  askToBook,
  card,
  chromiumPath,
  composer,
  faintTexts,
  newPerson,
  openBrowser,
  overflow,
  type Person,
  talkOf,
  textOf,
  unnamedControls,
  write,
} from "../testing/browser.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";
import { day } from "../testing/journeys.ts";

if (chromiumPath === undefined) console.warn("browser tests are left out: no Chromium found; install it or set CHROMIUM_PATH");

const flight = (from: string, to: string, days: number) => `Flights from ${from} to ${to} on ${day(days)} for two adults, one way`;
const couple = "Ana Silva and Rui Costa, ana.silva@example.com";
const press = (question: Locator, name: "Confirm" | "No") => question.getByRole("button", { name, exact: true }).click();

describe.skipIf(chromiumPath === undefined)("in the browser", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let browser: Browser;
  const people: Person[] = [];
  const somebody = async (...options: Parameters<typeof newPerson> extends [unknown, ...infer Rest] ? Rest : never): Promise<Person> => {
    const person = await newPerson(browser, ...options);
    people.push(person);
    return person;
  };
  const visitor = async (...options: Parameters<typeof somebody>): Promise<Person> => {
    const person = await somebody(...options);
    await person.page.goto(`${gateway.url}/chat`);
    await person.page.getByText("Online").waitFor();
    return person;
  };
  const operator = async (at: GatewayProcess = gateway): Promise<Person> => {
    const person = await somebody();
    await person.page.goto(at.url);
    await person.page.getByLabel("Gateway token").fill(at.token);
    await person.page.getByRole("button", { name: "Sign in" }).click();
    await person.page.getByRole("heading", { name: "Inbox" }).waitFor();
    return person;
  };

  beforeAll(async () => {
    [gateway, browser] = await Promise.all([startGateway({ stateDir: state.path }), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    state.remove();
  });
  afterEach(async () => {
    const problems = people.flatMap((person) => person.problems);
    await Promise.all(people.splice(0).map(({ context }) => context.close()));
    expect(problems).toEqual([]);
  });

  describe("the web chat", () => {
    it("books a flight for two, for a stranger and nobody else", async () => {
      const ana = await somebody();
      const { page } = ana;
      await page.goto(`${gateway.url}/chat`);
      await page.getByText("You are chatting with an automated assistant").waitFor();

      const found = await answerTo(page, () => write(page, flight("Barcelona", "Frankfurt", 40)));
      await page.getByText("no real travel, nothing is charged").waitFor();
      const price = await textOf(found.locator(".offer .price").first());
      expect(await found.getByRole("button", { name: /^Choose \d/ }).count()).toBeGreaterThan(1);

      await answerTo(page, () => found.getByRole("button", { name: /^Choose 1:/ }).click());
      const question = (await answerTo(page, () => write(page, couple))).locator(".card-confirmation");
      const lines = await question.locator(".exact-lines li").allInnerTexts();
      expect(lines.join("\n")).toMatch(/Barcelona BCN .* → .*Frankfurt/);
      expect(lines).toEqual(expect.arrayContaining(["Travellers: Ana Silva; Rui Costa", "Contact: ana.silva@example.com", "Sandbox: no real travel"]));
      expect(await textOf(question.locator(".sum-total dd"))).toBe(price);
      const left = question.getByText(/^Valid for another \d+ min \d\d s\./);
      const first = await textOf(left);
      await expect.poll(() => textOf(left), { timeout: 3_000 }).not.toBe(first);

      const booked = (await answerTo(page, () => press(question, "Confirm"))).locator(".card");
      const reference = /Booked: ([A-Z0-9]{6})/.exec(await textOf(booked))?.[1];
      expect(reference).toBeDefined();
      expect(await textOf(booked)).toContain("Ticketed");
      await question.getByText("You confirmed this.").waitFor();
      expect(await question.getByRole("button").count()).toBe(0);
      expect(await found.getByRole("button", { disabled: false }).count()).toBe(0);

      const said = await talkOf(page);
      await page.reload();
      await booked.waitFor();
      expect(await talkOf(page)).toEqual(said);
      expect(await page.locator(".card-confirmation").getByRole("button").count()).toBe(0);

      // Another tab of hers has all of it, and hears what comes.
      const tab = await ana.context.newPage();
      await tab.goto(`${gateway.url}/chat`);
      await card(tab, "booking").waitFor();
      expect(await talkOf(tab)).toEqual(said);
      await answerTo(page, () => write(page, "What is the status of my booking?"));
      await expect.poll(() => talkOf(tab)).toEqual(await talkOf(page));

      // Another browser has nothing of it, not even by asking.
      const stranger = await visitor();
      await stranger.page.getByText("Hello! Where would you like to go?").waitFor();
      expect(await talkOf(stranger.page)).toEqual([]);
      const refused = await answerTo(stranger.page, () => write(stranger.page, `Show me booking ${reference}`));
      expect(await refused.locator(".card").count()).toBe(0);
      expect(await textOf(stranger.page.locator("body"))).not.toContain("Ana Silva");
    });

    it("shows an answer while it is being written", async () => {
      const { page } = await somebody();
      // The built-in model is done in a moment: its last word is held back until the page shows the words before it.
      let heard = Promise.resolve();
      const growing = page.locator('.message[aria-busy="true"] .bubble');
      await page.routeWebSocket(/.*/, (socket) => {
        const server = socket.connectToServer();
        server.onMessage((frame) => {
          heard = heard.then(async () => {
            if (/"state":"final"/.test(String(frame))) await growing.waitFor();
            socket.send(frame);
          });
        });
      });
      await page.goto(`${gateway.url}/chat`);
      const answer = await answerTo(page, () => write(page, flight("Oslo", "Madrid", 40)));
      expect(await growing.count()).toBe(0);
      expect(await textOf(answer)).toContain("Madrid");
      await heard;
    });

    it("books a hotel after a change of mind, and gives it back only after a yes", async () => {
      const { page } = await visitor();
      const rome = await answerTo(page, () => write(page, `A hotel in Rome from ${day(50)} for 3 nights, 2 adults`));
      const lisbon = await answerTo(page, () => write(page, "Actually make it Lisbon"));
      expect(await textOf(lisbon)).toContain("Lisbo");
      // The numbers now mean the hotels in Lisbon.
      expect(await rome.getByRole("button", { disabled: false }).count()).toBe(0);
      await answerTo(page, () => lisbon.getByRole("button", { name: /^Choose 1:/ }).click());
      const question = (await answerTo(page, () => write(page, "Joana Reis and Tom Reis, joana@example.com"))).locator(".card-confirmation");
      await answerTo(page, () => press(question, "Confirm"));
      const status = await textOf(card(page, "booking").locator(".badge"));
      expect(["Confirmed", "Ticketed"]).toContain(status);

      const cancel = async () => {
        await answerTo(page, () => write(page, "Please cancel my booking"));
        return card(page, "confirmation");
      };
      const first = await cancel();
      expect(await textOf(first)).toMatch(/Cancelling .*\n.*(?:You get back [\d.,]+ EUR|Nothing is paid back)[\s\S]*Penalty\s+[\d.,]+ EUR/);
      // A question outlives a reload of the page that shows it.
      await page.reload();
      await first.getByRole("button", { name: "No" }).waitFor();
      await answerTo(page, () => press(first, "No"));
      await first.getByText("You declined this.").waitFor();
      const still = await answerTo(page, () => write(page, "What is the status of my booking?"));
      expect((await textOf(still)).toLowerCase()).toContain(status.toLowerCase());

      const second = await cancel();
      const gone = await answerTo(page, () => press(second, "Confirm"));
      expect(await textOf(gone.locator(".badge"))).toMatch(/Cancelled|Voided|Refunded/);
    });

    it("fits a phone", async () => {
      const { page } = await visitor({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
      expect(await overflow(page)).toBe(0);
      const question = await askToBook(page, flight("Lisbon", "Madrid", 45), couple);
      expect(await overflow(page)).toBe(0);
      const field = await composer(page).boundingBox();
      expect(field!.y + field!.height).toBeLessThanOrEqual(640);
      const confirm = question.getByRole("button", { name: "Confirm" });
      await confirm.scrollIntoViewIfNeeded();
      expect((await confirm.boundingBox())!.height).toBeGreaterThanOrEqual(40);
      await answerTo(page, () => confirm.tap());
      await card(page, "booking").getByText("Ticketed").waitFor();
      expect(await overflow(page)).toBe(0);
    });

    it("needs no mouse, says what happens, and names every control", async () => {
      const nia = await visitor();
      const { page } = nia;
      const focused = () => page.evaluate<string>("document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent");
      const tabTo = async (name: RegExp) => {
        for (let step = 0; step < 40; step++) {
          if (name.test(await focused())) return;
          await page.keyboard.press("Tab");
        }
        throw new Error(`Tab never came to ${name}`);
      };
      const tabToComposer = async () => {
        for (let step = 0; step < 40 && !(await composer(page).evaluate((field) => field === field.ownerDocument.activeElement)); step++)
          await page.keyboard.press("Tab");
      };
      const type = async (text: string) => {
        await tabToComposer();
        await page.keyboard.type(text);
        await page.keyboard.press("Enter");
      };
      expect(await unnamedControls(nia)).toEqual([]);
      await page.locator("body").press("Tab");
      await answerTo(page, () => type(flight("Porto", "Paris", 42)));
      expect(await page.getByRole("log").getAttribute("aria-live")).toBe("polite");
      await expect.poll(() => textOf(page.getByRole("log"))).toMatch(/^Travel assistant: .+/);
      await tabTo(/^Choose 1:/);
      await answerTo(page, () => page.keyboard.press("Enter"));
      await answerTo(page, () => type(couple));
      expect(await unnamedControls(nia)).toEqual([]);
      await tabTo(/^Confirm$/);
      await answerTo(page, () => page.keyboard.press("Enter"));
      await expect.poll(() => textOf(page.getByRole("log"))).toMatch(/Booked: [A-Z0-9]{6}/);
      expect(await unnamedControls(nia)).toEqual([]);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => faintTexts(page)).toEqual([]);
      }
    });

    it("gives nothing away to scripts, frames or addresses", async () => {
      const { context, page } = await visitor();
      await answerTo(page, () => write(page, "Hello"));
      const cookies = await context.cookies();
      expect(cookies.map(({ name }) => name)).toEqual(["ta_visitor"]);
      expect(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Lax")).toBe(true);
      expect(await page.evaluate<string>("document.cookie + JSON.stringify({ ...localStorage, ...sessionStorage })")).toBe("{}");
      expect(page.url()).toBe(`${gateway.url}/chat`);
      const headers = (await page.reload())!.headers();
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["content-security-policy"]).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
    });
  });

  describe("the console", () => {
    it("lets in who has the token or the link, and the link once", async () => {
      const guest = await somebody();
      const { page } = guest;
      await page.goto(`${gateway.url}/bookings`);
      await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
      expect(await page.getByRole("link", { name: /web chat/ }).getAttribute("href")).toBe("/chat");
      expect(await unnamedControls(guest)).toEqual([]);
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => faintTexts(page)).toEqual([]);
      }
      await page.getByLabel("Gateway token").fill("not-the-token");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").getByText("This is not the gateway's token.").waitFor();
      expect(guest.problems.splice(0)).toEqual([expect.stringContaining("401")]);
      await page.getByLabel("Gateway token").fill(gateway.token);
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Bookings" }).waitFor();

      const cookies = await guest.context.cookies();
      expect(cookies.every(({ httpOnly, sameSite }) => httpOnly && sameSite === "Strict")).toBe(true);
      expect(await page.evaluate<string>("document.cookie + location.href + JSON.stringify({ ...localStorage, ...sessionStorage })")).toBe(
        `${gateway.url}/bookings{}`,
      );
      await page.goto(`${gateway.url}/customers`);
      await page.waitForURL(`${gateway.url}/inbox`);

      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();
      await page.goto(`${gateway.url}/inbox`);
      await page.getByRole("heading", { name: "Sign in to the console" }).waitFor();

      const link = /console (http\S+)/.exec(gateway.output())![1]!;
      await page.goto(link);
      await page.waitForURL(`${gateway.url}/inbox`);
      await page.getByRole("heading", { name: "Inbox" }).waitFor();
      const second = await somebody();
      await second.page.goto(link);
      await second.page.getByRole("alert").getByText("This link does not work any more.").waitFor();
      expect(second.page.url()).toBe(`${gateway.url}/login`);
      expect(second.problems.splice(0)).toEqual([expect.stringContaining("401")]);
    });

    it("follows conversations live, takes one over and hands it back", async () => {
      const desk = await operator();
      const { page } = desk;
      const requests: string[] = [];
      desk.context.on("request", (request) => {
        // The browser fetches the icon of the tab whenever it likes.
        if (!request.url().endsWith(".svg")) requests.push(request.url());
      });
      const ana = await visitor();
      // The console's name for a visitor leaves out the dashes and underscores of the cookie.
      const name = `Visitor ${(await ana.context.cookies())[0]!.value.replace(/[^a-z0-9]/gi, "").slice(0, 6)}`;
      await answerTo(ana.page, () => write(ana.page, flight("Seville", "Rome", 60)));
      const row = page.getByRole("link", { name: new RegExp(name) });
      await row.waitFor();
      await write(ana.page, "Do you also have hotels in Rome?");
      await expect.poll(() => textOf(row)).toContain("hotel");
      await row.click();
      await card(page, "offers").waitFor();
      expect(await page.getByRole("button", { name: /^Choose/ }).count()).toBe(0);
      // Everything came over the socket that was open before.
      expect(requests).toEqual([]);
      expect(await unnamedControls(desk)).toEqual([]);

      await page.getByRole("button", { name: "Take over" }).click();
      await page.getByRole("button", { name: "Hand back" }).waitFor();
      await expect.poll(() => answers(ana.page).count()).toBe(2);
      await write(ana.page, "Is anybody there?");
      await page.locator(".message.from-customer", { hasText: "Is anybody there?" }).waitFor();
      await page.getByRole("textbox", { name: `Reply to ${name}` }).fill("This is the agency. How can I help?");
      await page.keyboard.press("Enter");
      const reply = ana.page.locator(".message.from-colleague");
      await reply.waitFor();
      expect(await textOf(reply)).toMatch(/A colleague of the agency\s+This is the agency\. How can I help\?/);
      expect(await answers(ana.page).count()).toBe(2);

      await page.getByRole("button", { name: "Hand back" }).click();
      await page.getByRole("button", { name: "Take over" }).waitFor();
      await answerTo(ana.page, () => write(ana.page, flight("Seville", "Rome", 61)));
      expect(await answers(ana.page).count()).toBe(3);
      await expect.poll(() => page.locator(".message.from-agent").count()).toBe(3);
      await write(ana.page, "I want to talk to a person");
      await row.getByText("Needs a person").waitFor();
      for (const colorScheme of ["dark", "light"] as const) {
        await page.emulateMedia({ colorScheme });
        await expect.poll(() => faintTexts(page)).toEqual([]);
      }
    });

    it("shows a booking with all that happened to it", async () => {
      const [desk, ana] = [await operator(), await visitor()];
      const { page } = desk;
      await page.getByRole("link", { name: "Bookings", exact: true }).click();
      const question = await askToBook(ana.page, flight("Vienna", "Madrid", 70), "Eva Novak and Jan Novak, eva.novak@example.com");
      await answerTo(ana.page, () => press(question, "Confirm"));
      const reference = /Booked: ([A-Z0-9]{6})/.exec(await textOf(card(ana.page, "booking")))![1]!;
      await page.getByRole("link", { name: reference }).click();
      const detail = page.getByRole("region", { name: "Booking", exact: true });
      await detail.getByRole("heading", { name: "Timeline" }).waitFor();
      const text = await textOf(detail);
      expect(text).toContain("Eva Novak, Jan Novak");
      expect(text).toMatch(/Vienna VIE → Madrid MAD/);
      expect(text).toMatch(/Payments\s+Captured\s+[\d.,]+ EUR/);
      expect(text).toMatch(/Timeline\s+Created[\s\S]+Supplier answered: ticketed/);
      expect(text).not.toMatch(/\b[AP]M\b/);
      expect(await unnamedControls(desk)).toEqual([]);
      await expect.poll(() => faintTexts(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 640 });
      expect(await overflow(page)).toBe(0);
    });
  });

  describe("when the gateway is killed", () => {
    it("sends what was written meanwhile, once, also after leaving the page", async () => {
      const ana = await visitor();
      const { page } = ana;
      const desk = await operator();
      const restart = async () => {
        gateway = await startGateway({ stateDir: state.path, port: gateway.port });
      };
      await answerTo(page, () => write(page, "Hello"));
      await write(page, flight("Berlin", "Lisbon", 80));
      // Once its turn has begun; what waits is answered together with what comes after it.
      await expect
        .poll(async () => (await page.locator(".typing, .message.from-agent[aria-busy=true]").count()) > 0 || (await answers(page).count()) > 1)
        .toBe(true);
      await gateway.kill();
      await page.getByText("No connection. We keep trying").waitFor();
      await write(page, "A hotel in Lisbon for three nights from tomorrow");
      await restart();
      await page.getByText("Online").waitFor();
      await expect.poll(() => answers(page).count(), { timeout: 15_000 }).toBe(3);
      // People of the agency sign in again after a restart, and are told so.
      await desk.page.getByRole("alert").getByText("Your session has ended. Please sign in again.").waitFor();
      await expect.poll(() => page.getByText("sending …").count()).toBe(0);

      // Written without a connection, and the page left before it came back.
      await gateway.kill();
      await page.getByText("No connection. We keep trying").waitFor();
      await write(page, "A rental car in Lisbon for next weekend");
      await page.goto("about:blank");
      await restart();
      await page.goto(`${gateway.url}/chat`);
      await expect.poll(() => answers(page).count(), { timeout: 15_000 }).toBe(4);

      const said = await talkOf(page);
      await page.reload();
      await answers(page).nth(3).waitFor();
      expect(await talkOf(page)).toEqual(said);
      expect(await page.locator(".message.from-customer .bubble").allInnerTexts()).toEqual([
        "Hello",
        flight("Berlin", "Lisbon", 80),
        "A hotel in Lisbon for three nights from tomorrow",
        "A rental car in Lisbon for next weekend",
      ]);
      expect(await answers(page).count()).toBe(4);
      const problems = [ana, desk].flatMap((person) => person.problems.splice(0));
      expect(problems.filter((problem) => !/WebSocket connection|ERR_CONNECTION/.test(problem))).toEqual([]);
    });
  });

  describe("with a policy that wants a colleague's yes", () => {
    const own = temporaryState();
    let strict: GatewayProcess;
    beforeAll(async () => {
      mkdirSync(join(own.path, "policy"), { recursive: true });
      writeFileSync(
        join(own.path, "policy", "agency.json5"),
        `{ version: 1, rules: [{ id: "agency.every-booking", tools: ["create_booking"], then: { decision: "needs-approval", role: "agent", reason: "a colleague looks at every booking" } }] }`,
      );
      strict = await startGateway({ stateDir: own.path });
    });
    afterAll(async () => {
      await strict?.stop();
      own.remove();
    });
    const waiting = (page: Page) => page.locator("[data-approval]");

    it("shows approvals live, and what was decided to the customer", async () => {
      const desk = await operator(strict);
      const { page } = desk;
      await page.getByRole("link", { name: "Approvals", exact: true }).click();
      await page.getByText("Nothing waits for you").waitFor();
      const ana = await somebody();
      await ana.page.goto(`${strict.url}/chat`);

      const question = await askToBook(ana.page, flight("Barcelona", "Frankfurt", 40), couple);
      expect(await waiting(page).count()).toBe(0);
      await answerTo(ana.page, () => press(question, "Confirm"));
      await waiting(page).waitFor();
      const text = await textOf(waiting(page));
      expect(text).toMatch(/Travellers: Ana Silva; Rui Costa[\s\S]+a colleague looks at every booking agency\.every-booking/);
      expect(await unnamedControls(desk)).toEqual([]);
      expect(await card(ana.page, "booking").count()).toBe(0);
      const booked = await answerTo(ana.page, () => page.getByRole("button", { name: "Approve" }).click());
      expect(await textOf(booked)).toMatch(/Booked: [A-Z0-9]{6}/);
      await page.getByText("Nothing waits for you").waitFor();

      const again = await askToBook(ana.page, flight("Barcelona", "Vienna", 50), couple);
      await answerTo(ana.page, () => press(again, "Confirm"));
      await page.getByRole("button", { name: "Deny …" }).click();
      await page.getByLabel("Why not?").fill("The client asked us to wait.");
      const told = await answerTo(ana.page, () => page.getByRole("button", { name: "Deny", exact: true }).click());
      expect(await textOf(told)).toMatch(/did not approve/);
      expect(await told.locator(".card").count()).toBe(0);
      await page.getByRole("button", { name: "All" }).click();
      await page.getByText("Approved and done").waitFor();
      await page.getByText("Denied", { exact: true }).waitFor();
    });
  });
});
