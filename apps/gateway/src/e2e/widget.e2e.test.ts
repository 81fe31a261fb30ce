import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createClient } from "@travelagent/client";
import { pinnedWebSocket } from "@travelagent/client/node";
import { samples } from "@travelagent/media/testing";
import { SignJWT } from "jose";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, newPerson, openBrowser } from "../testing/browser.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";

/** A page of somebody else's, with a strict policy of its own. */
async function site(gatewayUrl: () => string, attributes = ""): Promise<{ origin: string; server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.setHeader("content-security-policy", `default-src 'none'; img-src data:; script-src ${gatewayUrl()}; frame-src ${gatewayUrl()}; style-src 'none'`);
    response.end(
      `<!doctype html><title>Somebody's shop</title><link rel="icon" href="data:,"><h1>Shop</h1><script src="${gatewayUrl()}/widget.js" data-title="Ask us"${attributes}></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}

const identitySecret = "what the shop and the gateway know, and nobody else";

/** As the shop's own server makes it for whoever is signed in there. */
const tokenFor = (sub: string, name: string): Promise<string> =>
  new SignJWT({ name, email: `${sub}@example.com`, email_verified: true })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(sub)
    .setAudience("travelagent")
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(new TextEncoder().encode(identitySecret));

describe.skipIf(chromiumPath === undefined)("the chat in a page of another site", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let browser: Browser;
  let shop: Awaited<ReturnType<typeof site>>;
  let stranger: Awaited<ReturnType<typeof site>>;
  let german: Awaited<ReturnType<typeof site>>;

  beforeAll(async () => {
    [shop, stranger, german] = await Promise.all([
      site(() => gateway.url),
      site(() => gateway.url),
      site(() => gateway.url, ' data-lang="de" data-color="#ffd400" data-theme="dark"'),
    ]);
    const http = { widget: { enabled: true, allowedOrigins: [shop.origin, german.origin] } };
    const channels = { webchat: { identitySecret } };
    // TLS, since browsers keep cookies of foreign frames over nothing else.
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { tls: { enabled: true }, http }, channels }), { mode: 0o600 });
    [gateway, browser] = await Promise.all([startGateway({ stateDir: state.path }), openBrowser()]);
  }, 40_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    shop?.server.close();
    stranger?.server.close();
    german?.server.close();
    state.remove();
  });

  const operator = async () => {
    const client = createClient({
      url: gateway.url.replace(/^http/, "ws"),
      auth: { token: gateway.token },
      webSocket: pinnedWebSocket({ tlsFingerprint: /certificate SHA-256 (\S+)/.exec(gateway.output())![1]! }),
    });
    await client.start();
    return client;
  };

  it("opens on a button, answers, and knows the visitor again", async () => {
    const { page, context, problems } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(shop.origin);
    const button = page.getByRole("button", { name: "Ask us" });
    expect(await button.getAttribute("aria-expanded")).toBe("false");
    await button.click();
    const chat = page.frameLocator("iframe[title='Ask us']");
    await chat.getByText("Online").waitFor();
    await chat.getByRole("textbox", { name: "Your message" }).fill("hello");
    await chat.getByRole("textbox", { name: "Your message" }).press("Enter");
    await chat.locator('.message.from-agent:not([aria-busy="true"])').first().waitFor();
    const cookie = (await context.cookies(gateway.url)).find(({ name }) => name === "ta_visitor");
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "None" });

    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("button", { name: "Ask us" }).click();
    await chat.getByText("hello", { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await context.close();
  });

  it("takes files, shows them again, and tells why one was not kept", async () => {
    const { page, context, problems } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(shop.origin);
    await page.getByRole("button", { name: "Ask us" }).click();
    const chat = page.frameLocator("iframe[title='Ask us']");
    await chat.getByText("Online").waitFor();
    const picker = chat.locator("input[type=file]");
    await picker.setInputFiles([
      { name: "beach.png", mimeType: "image/png", buffer: samples.png },
      { name: "visa.pdf", mimeType: "application/pdf", buffer: samples.pdf },
      { name: "holiday.exe", mimeType: "application/pdf", buffer: samples.program },
    ]);
    await chat
      .getByRole("alert")
      .getByText(/are taken/)
      .waitFor();
    await chat.getByRole("button", { name: "Remove: holiday.exe" }).click();
    await chat.getByRole("textbox", { name: "Your message" }).fill("our papers");
    await chat.getByRole("textbox", { name: "Your message" }).press("Enter");
    await chat.locator('.message.from-agent:not([aria-busy="true"])').first().waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Ask us" }).click();
    const picture = chat.getByRole("img", { name: "beach.png" });
    await picture.waitFor();
    expect(await picture.evaluate((image) => image.naturalWidth)).toBe(1);
    expect(await chat.locator("a.file", { hasText: "visa.pdf" }).count()).toBe(1);
    expect(await chat.locator(".bubble", { hasText: "our papers" }).textContent()).toBe("our papers");
    // The one that was refused is a failed request, and nothing else went wrong.
    expect(problems.filter((problem) => !/400/.test(problem))).toEqual([]);
    await context.close();
  });

  it("speaks the language of the site, wears its colour, and counts what nobody has seen", async () => {
    const { page, context, problems } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(german.origin);
    const button = page.getByRole("button", { name: "Ask us" });
    await button.click();
    const chat = page.frameLocator("iframe[title='Ask us']");
    await chat.getByRole("heading", { name: "Reisebüro" }).waitFor();
    const field = chat.getByRole("textbox", { name: "Ihre Nachricht" });
    await field.fill("Guten Tag");
    const send = chat.getByRole("button", { name: "Senden" });
    const worn = await send.evaluate((element) => {
      const { backgroundColor, color } = element.ownerDocument.defaultView!.getComputedStyle(element);
      return [backgroundColor, color];
    });
    expect(worn).toEqual(["rgb(255, 212, 0)", "rgb(0, 0, 0)"]);
    await send.click();
    await chat.locator('.message.from-agent:not([aria-busy="true"])').first().waitFor();
    await button.click();
    const desk = await operator();
    const [conversation] = (await desk.call("conversations.list", {})).conversations.filter(({ lastMessagePreview = "" }) => lastMessagePreview !== "");
    await desk.call("conversations.reply", { conversationId: conversation!.id, message: "Guten Tag!", idempotencyKey: "greeting" });
    desk.stop();
    await expect.poll(() => button.textContent()).toBe("Ask us (1)");
    await button.click();
    await expect.poll(() => button.textContent()).toBe("Ask us");
    expect(problems).toEqual([]);
    await context.close();
  });

  it("makes a visitor the customer the site says they are, and keeps the next one apart in the same browser", async () => {
    const { page, context } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(shop.origin);
    await page.getByRole("button", { name: "Ask us" }).click();
    const chat = page.frameLocator("iframe[title='Ask us']");
    await chat.getByText("Online").waitFor();
    const say = async (text: string) => {
      await chat.getByRole("textbox", { name: "Your message" }).fill(text);
      await chat.getByRole("textbox", { name: "Your message" }).press("Enter");
    };
    const identify = (token: string) =>
      page.evaluate((given) => (globalThis as unknown as { travelAgentChat: { identify(token: string): void } }).travelAgentChat.identify(given), token);
    await say("hello from Ana");
    await chat.locator('.message.from-agent:not([aria-busy="true"])').first().waitFor();
    await identify(await tokenFor("ana-7", "Ana Silva"));
    const client = await operator();
    const names = async () => (await client.call("conversations.list", {})).conversations.map(({ displayName }) => displayName);
    await expect.poll(names, { timeout: 10_000 }).toContain("Ana Silva");
    await identify(`${await tokenFor("mallory", "Mallory")}x`);
    await identify(await tokenFor("ben-8", "Ben Costa"));
    await chat.getByRole("heading", { name: /Where would you like to go/ }).waitFor();
    expect(await chat.getByText("hello from Ana").count()).toBe(0);
    await say("hello from Ben");
    await expect.poll(names, { timeout: 10_000 }).toContain("Ben Costa");
    const { customers } = await client.call("customers.list", { query: "example.com" });
    expect(customers.map(({ name }) => name).sort()).toEqual(["Ana Silva", "Ben Costa"]);
    client.stop();
    await context.close();
  });

  it("is small: everything until one can write is under 30 KiB, compressed", async () => {
    const { page, context } = await newPerson(browser, { ignoreHTTPSErrors: true });
    const loaded = new Map<string, Promise<number>>();
    page.on("response", (response) => {
      if (response.url().startsWith(gateway.url) && response.ok())
        loaded.set(
          response.url(),
          response.body().then(
            (body) => gzipSync(body).length,
            () => 0,
          ),
        );
    });
    await page.goto(german.origin);
    await page.getByRole("button", { name: "Ask us" }).click();
    await page.frameLocator("iframe[title='Ask us']").getByText("Online").waitFor();
    const sizes = await Promise.all(loaded.values());
    expect([...loaded.keys()].some((url) => url.endsWith("/widget.js"))).toBe(true);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(30 * 1024);
    await context.close();
  });

  it("stays closed to sites that are not named", async () => {
    const { page, context, problems } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(stranger.origin);
    await page.getByRole("button", { name: "Ask us" }).click();
    await expect.poll(() => problems.join("\n")).toMatch(/frame-ancestors/);
    await context.close();
  });
});
