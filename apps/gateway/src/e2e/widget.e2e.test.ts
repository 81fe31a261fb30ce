import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, newPerson, openBrowser } from "../testing/browser.ts";
import { type GatewayProcess, startGateway, temporaryState } from "../testing/gateway-process.ts";

/** A page of somebody else's, with a strict policy of its own. */
async function site(gatewayUrl: () => string): Promise<{ origin: string; server: Server }> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.setHeader("content-security-policy", `default-src 'none'; img-src data:; script-src ${gatewayUrl()}; frame-src ${gatewayUrl()}; style-src 'none'`);
    response.end(
      `<!doctype html><title>Somebody's shop</title><link rel="icon" href="data:,"><h1>Shop</h1><script src="${gatewayUrl()}/widget.js" data-title="Ask us"></script>`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}

describe.skipIf(chromiumPath === undefined)("the chat in a page of another site", () => {
  const state = temporaryState();
  let gateway: GatewayProcess;
  let browser: Browser;
  let shop: Awaited<ReturnType<typeof site>>;
  let stranger: Awaited<ReturnType<typeof site>>;

  beforeAll(async () => {
    [shop, stranger] = await Promise.all([site(() => gateway.url), site(() => gateway.url)]);
    const http = { widget: { enabled: true, allowedOrigins: [shop.origin] } };
    // TLS, since browsers keep cookies of foreign frames over nothing else.
    writeFileSync(join(state.path, "travelagent.json"), JSON.stringify({ gateway: { tls: { enabled: true }, http } }), { mode: 0o600 });
    [gateway, browser] = await Promise.all([startGateway({ stateDir: state.path }), openBrowser()]);
  }, 40_000);
  afterAll(async () => {
    await browser?.close();
    await gateway?.stop();
    shop?.server.close();
    stranger?.server.close();
    state.remove();
  });

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

  it("stays closed to sites that are not named", async () => {
    const { page, context, problems } = await newPerson(browser, { ignoreHTTPSErrors: true });
    await page.goto(stranger.origin);
    await page.getByRole("button", { name: "Ask us" }).click();
    await expect.poll(() => problems.join("\n")).toMatch(/frame-ancestors/);
    await context.close();
  });
});
