import { createSocket, type Socket } from "node:dgram";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tool, ToolOutput } from "@travelagent/agent-runtime";
import { fakeClock } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callTool } from "../testing/call-tool.ts";
import { type BrowserTools, type BrowserToolsOptions, createBrowserTools } from "./browser-tools.ts";

const executablePath = [process.env.CHROMIUM_PATH, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path) => path && existsSync(path),
);

const listening = async (server: Server | ReturnType<typeof createTcpServer>): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};

const form = `<title>Trips</title><h1>Trips</h1><form action="/found"><label>To <input name="to"></label><label>Class <select name="class"><option>Economy</option>
<option value="c">Business</option></select></label><button>Search</button></form><button onclick="document.title='clicked';console.log('said so')">Other</button>
<a href="file:///etc/passwd">local file</a><a href="/file.zip" download>download</a><button onclick="window.open('/found?to=popup')">Popup</button>`;

describe.skipIf(!executablePath)(
  `browser tools${executablePath ? "" : " (skipped: no Chromium on this machine; set CHROMIUM_PATH)"}`,
  { timeout: 60_000 },
  () => {
    const base = mkdtempSync(join(tmpdir(), "browser-tools-"));
    const [directory, filesDirectory] = [join(base, "profiles"), join(base, "files")];
    const reached: string[] = [];
    let site: Server;
    let inside: ReturnType<typeof createTcpServer>;
    let udp: Socket;
    let port: number;
    let secret: number;
    let pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {};
    const opened: BrowserTools[] = [];

    const html = (text: string) => (_request: IncomingMessage, response: ServerResponse) =>
      void response.writeHead(200, { "content-type": "text/html" }).end(text);
    const browserTools = (options: Partial<BrowserToolsOptions> = {}) => {
      const created = createBrowserTools({
        chromium: { executablePath: executablePath!, noSandbox: process.getuid?.() === 0, env: { PATH: process.env.PATH ?? "" } },
        directory,
        filesDirectory,
        allowPrivateHosts: [`site.example:${port}`, `other.example:${port}`],
        resolve: async (host) => (host.endsWith(".example") ? ["127.0.0.1"] : Promise.reject(new Error("ENOTFOUND"))),
        ...options,
      });
      opened.push(created);
      return (name: string, args: Record<string, unknown>, more: { turn?: Partial<TurnScope>; signal?: AbortSignal } = {}): Promise<ToolOutput> =>
        callTool(created.tools.find((tool) => tool.name === name) as Tool, args, more);
    };
    const text = ({ content }: ToolOutput) => JSON.stringify(content);
    const refOf = ({ content }: ToolOutput, thing: string) => {
      const line = (content as { snapshot: string }).snapshot.split("\n").find((one) => one.includes(thing));
      return [...(line ?? "").matchAll(/\[ref=(\w+)\]/g)].at(-1)![1]!;
    };

    beforeAll(async () => {
      mkdirSync(directory);
      site = createServer((request, response) => {
        const path = request.url!.split("?")[0]!;
        const page = pages[path];
        if (page) page(request, response);
        else html(`<title>Found</title><p>You asked ${request.url} of ${request.headers.host}</p>`)(request, response);
      });
      port = await listening(site);
      // Whatever it is, somebody who connects here was not kept out.
      inside = createTcpServer((socket) => {
        socket.once("data", (data) => {
          reached.push(data.toString("latin1").split("\r\n")[0]!);
          socket.end("HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-type: text/html\r\ncontent-length: 12\r\n\r\nTOP SECRET!!");
        });
        socket.on("error", () => undefined);
      });
      secret = await listening(inside);
      udp = createSocket("udp4").on("message", () => reached.push("udp"));
      await new Promise<void>((resolve) => udp.bind(secret, "127.0.0.1", resolve));
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((tools) => tools.stop()));
      pages = {};
    });
    afterAll(() => {
      site.close().closeAllConnections();
      inside.close();
      udp.close();
      rmSync(base, { recursive: true, force: true });
    });

    it("opens a page, shows it with references, and uses it", async () => {
      pages = { "/": html(form) };
      const call = browserTools();
      expect((await call("browser", { action: "status" })).content).toEqual({ running: false, tabs: 0 });
      const page = await call("browser_open", { url: `http://site.example:${port}/` });
      expect(page).toMatchObject({ tainted: true, content: { status: 200, title: "Trips", tab: "t1", url: `http://site.example:${port}/` } });
      const typed = await call("browser_act", { act: "type", ref: refOf(page, "textbox"), text: "Lisbon" });
      expect(typed.tainted).toBe(true);
      expect(text(typed)).toContain("Lisbon");
      await call("browser_act", { act: "select", ref: refOf(page, "combobox"), values: ["Business"] });
      await call("browser_act", { act: "hover", ref: refOf(page, 'button "Other"') });
      expect((await call("browser_act", { act: "click", ref: refOf(page, 'button "Other"') })).content).toMatchObject({ title: "clicked" });
      expect((await call("browser", { action: "console" })).content).toMatchObject({ lines: ["log: said so"] });
      const found = await call("browser_act", { act: "click", ref: refOf(page, 'button "Search"') });
      expect(text(found)).toContain(`You asked /found?to=Lisbon&class=c of site.example:${port}`);
      expect((await call("browser_act", { act: "back" })).content).toMatchObject({ title: "Trips" });
      const filled = await call("browser_act", {
        act: "fill",
        fields: [{ ref: refOf(await call("browser", { action: "snapshot" }), "textbox"), text: "Porto" }],
        submit: true,
      });
      expect(text(filled)).toContain("You asked /found?to=Porto");
      await call("browser_act", { act: "back" });
      const popup = await call("browser_act", { act: "click", ref: refOf(await call("browser", { action: "snapshot" }), 'button "Popup"') });
      expect(popup.content).toMatchObject({ tab: "t2", title: "Found" });
      expect((await call("browser", { action: "tabs" })).content).toMatchObject({ tabs: [{ tab: "t1", title: "Trips" }, { tab: "t2" }] });
      expect((await call("browser", { action: "focus", tab: "t1" })).content).toMatchObject({ title: "Trips" });
      expect((await call("browser", { action: "close", tab: "t2" })).content).toEqual({ closed: "t2" });
      expect((await call("browser_open", { url: `http://other.example:${port}/x`, tab: "new" })).content).toMatchObject({ tab: "t3" });
      await expect(call("browser_act", { act: "click", tab: "t3", ref: "e99" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(call("browser_act", { act: "click" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
      expect((await call("browser", { action: "stop" })).content).toEqual({ stopped: true });
      await expect(call("browser", { action: "snapshot" })).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(readdirSync(directory)).toEqual([]);
    });

    it("reaches no private network, whatever the page tries", async () => {
      const own = `http://site.example:${port}`;
      const there = `127.0.0.1:${secret}`;
      pages = {
        "/": html(`<title>Attack</title><p id="log">no</p><img src="http://${there}/img"><link rel="stylesheet" href="http://localhost:${secret}/css">
        <link rel="prefetch" href="http://${there}/prefetch"><link rel="dns-prefetch" href="//inner.example"><iframe src="http://[::1]:${secret}/frame"></iframe><iframe src="file:///etc/hostname"></iframe>
        <iframe src="/bounce"></iframe><script>
          const tried = [];
          const attempt = async (name, run) => { try { tried.push(name + "=" + await run()); } catch (error) { tried.push(name + "=refused"); } };
          const words = async (answer) => { const text = await (await answer).text(); return text.includes("SECRET") ? "LEAKED" : "refused"; };
          (async () => {
            await attempt("fetch", () => words(fetch("http://${there}/fetch")));
            await attempt("opaque", async () => { await fetch("http://${there}/opaque", { mode: "no-cors" }); return "sent"; });
            await attempt("name", () => words(fetch("http://inner.example:${secret}/name")));
            await attempt("decimal", () => words(fetch("http://2130706433:${secret}/decimal")));
            await attempt("redirect", () => words(fetch("/bounce")));
            await attempt("tls", () => words(fetch("https://${there}/tls")));
            await attempt("metadata", () => words(fetch("http://169.254.169.254/latest/meta-data")));
            await attempt("post", () => words(fetch("http://${there}/post", { method: "POST", body: "x" })));
            await attempt("socket", () => new Promise((resolve) => { const socket = new WebSocket("ws://${there}/ws"); socket.onopen = () => resolve("LEAKED"); socket.onerror = () => resolve("refused"); }));
            await attempt("events", () => new Promise((resolve) => { const source = new EventSource("http://${there}/events"); source.onopen = () => resolve("LEAKED"); source.onerror = () => resolve("refused"); }));
            await attempt("worker", () => new Promise((resolve) => { const worker = new Worker(URL.createObjectURL(new Blob(["fetch('http://${there}/worker').then(a => a.text()).then(t => postMessage(t.includes('SECRET') ? 'LEAKED' : 'refused'), () => postMessage('refused'))"]))); worker.onmessage = ({ data }) => resolve(data); }));
            await attempt("service", async () => { if (!navigator.serviceWorker) return "refused"; await navigator.serviceWorker.register("/sw.js"); return "LEAKED"; });
            await attempt("rtc", () => new Promise((resolve) => { const peer = new RTCPeerConnection({ iceServers: [{ urls: "stun:${there}" }, { urls: "turn:${there}?transport=tcp", username: "u", credential: "c" }] }); peer.createDataChannel("x"); peer.createOffer().then((offer) => peer.setLocalDescription(offer)); setTimeout(() => resolve("tried"), 1500); }));
            navigator.sendBeacon("http://${there}/beacon", "x");
            document.getElementById("log").textContent = tried.join(" ") + " the end";
          })();
        </script>`),
        "/bounce": (_request, response) => void response.writeHead(302, { location: `http://${there}/bounced`, "access-control-allow-origin": "*" }).end(),
      };
      const call = browserTools();
      const first = await call("browser_open", { url: `${own}/` });
      const page = await call("browser", { action: "wait", text: "the end", seconds: 15 });
      expect(text(page)).toContain("rtc=tried the end");
      expect(text(page)).not.toMatch(/LEAKED|SECRET/);
      expect((first.content as { refused: string[] }).refused).toEqual(
        expect.arrayContaining([expect.stringContaining("127.0.0.1 does not lead to a public address")]),
      );
      for (const url of [
        `http://${there}/`,
        `http://localhost:${secret}/`,
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "chrome://version",
        "view-source:http://site.example/",
        "data:text/html,x",
      ])
        await expect(call("browser_open", { url }), url).rejects.toMatchObject({ code: expect.stringMatching(/FORBIDDEN|INVALID_REQUEST|UNAVAILABLE/) });
      const bounced = await call("browser_open", { url: `${own}/bounce` });
      expect(bounced.content).toMatchObject({ status: 403, refused: [expect.stringContaining("not lead to a public address")] });
      pages = { "/": html(`<title>Next</title><script>location.href = "http://${there}/location"</script>`) };
      await call("browser_open", { url: `${own}/` }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(reached).toEqual([]);
      // What was kept out would have been seen.
      const open = browserTools({ allowPrivateHosts: [there] });
      expect(text(await open("browser_open", { url: `http://${there}/seen` }))).toContain("TOP SECRET");
      expect(reached).toContain("GET /seen HTTP/1.1");
    });

    it("stands whatever a server answers", async () => {
      const odd = createTcpServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", (data) => {
          const path = data.toString().split(" ")[1]!;
          if (path.endsWith("/zero")) socket.end("HTTP/1.1 000 Nothing\r\ncontent-length: 2\r\n\r\nno");
          else socket.end("nonsense\r\n\r\n");
        });
      });
      const oddPort = await listening(odd);
      const call = browserTools({ allowPrivateHosts: [`site.example:${oddPort}`, `site.example:${port}`] });
      for (const path of ["zero", "nonsense"])
        await call("browser_open", { url: `http://site.example:${oddPort}/${path}` }).catch((error: unknown) =>
          expect(error).toMatchObject({ code: "UNAVAILABLE" }),
        );
      expect(text(await call("browser_open", { url: `http://site.example:${port}/after` }))).toContain("You asked /after");
      odd.close();
    });

    it("asks nobody by itself", async () => {
      const asked: string[] = [];
      const call = browserTools({
        resolve: async (host) => {
          asked.push(host);
          return ["127.0.0.1"];
        },
      });
      await call("browser_open", { url: `http://site.example:${port}/` });
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(new Set(asked)).toEqual(new Set(["site.example"]));
    });

    it("opens no local file and takes no download", async () => {
      pages = {
        "/": html(form),
        "/file.zip": (_request, response) =>
          void response.writeHead(200, { "content-type": "application/zip", "content-disposition": "attachment" }).end("zip"),
      };
      const call = browserTools();
      const page = await call("browser_open", { url: `http://site.example:${port}/` });
      expect((await call("browser_act", { act: "click", ref: refOf(page, 'link "local file"') })).content).toMatchObject({
        url: `http://site.example:${port}/`,
      });
      await call("browser_act", { act: "click", ref: refOf(page, 'link "download"') });
      const everything = readdirSync(base, { recursive: true, encoding: "utf8" });
      expect(everything.filter((path) => path.endsWith(".zip"))).toEqual([]);
    });

    it("gives each agent and session a browser of its own", async () => {
      pages = {
        "/set": (_request, response) => void response.writeHead(200, { "set-cookie": "who=ana", "content-type": "text/html" }).end("set"),
        "/get": (request, response) => html(`cookie: ${request.headers.cookie ?? "none"}.`)(request, response),
      };
      const call = browserTools({ most: 2 });
      const as = (sessionKey: string, agentId = "main") => ({ turn: { sessionKey, agentId } });
      await call("browser_open", { url: `http://site.example:${port}/set` }, as("one"));
      expect(text(await call("browser_open", { url: `http://site.example:${port}/get` }, as("one")))).toContain("who=ana.");
      expect(text(await call("browser_open", { url: `http://site.example:${port}/get` }, as("two")))).toContain("none.");
      await expect(call("browser", { action: "snapshot" }, as("one", "sales"))).rejects.toMatchObject({ code: "NOT_FOUND" });
      // A third one takes the place of the one that was unused the longest.
      expect(text(await call("browser_open", { url: `http://site.example:${port}/get` }, as("one", "sales")))).toContain("none.");
      expect((await call("browser", { action: "status" }, as("one"))).content).toMatchObject({ running: false });
      expect((await call("browser", { action: "status" }, as("two"))).content).toMatchObject({ running: true });
      expect(readdirSync(directory)).toHaveLength(2);
    });

    it("closes a browser that nobody uses, with its profile", async () => {
      const clock = fakeClock();
      const call = browserTools({ clock, idleMs: 60_000 });
      await call("browser", { action: "start" });
      await clock.advance(50_000);
      expect((await call("browser", { action: "status" })).content).toMatchObject({ running: true });
      await clock.advance(50_000);
      expect((await call("browser", { action: "status" })).content).toMatchObject({ running: true });
      await clock.advance(95_000);
      expect((await call("browser", { action: "status" })).content).toMatchObject({ running: false });
      await expect.poll(() => readdirSync(directory), { timeout: 10_000 }).toEqual([]);
    });

    it("says that it does not know when a page stops answering in the middle", async () => {
      pages = { "/": html("<title>Stuck</title><button onclick='for (;;);'>Hang</button>") };
      const clock = fakeClock();
      const call = browserTools({ clock });
      const page = await call("browser_open", { url: `http://site.example:${port}/` });
      const act = expect(call("browser_act", { act: "click", ref: refOf(page, "button") })).rejects.toMatchObject({ code: "OUTCOME_UNKNOWN" });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await clock.advance(46_000);
      await act;
    });

    it("closes a browser whose page does not answer, and ends when it is called off", async () => {
      pages = { "/": html("<title>Stuck</title><button onclick='for (;;);'>Hang</button>") };
      const clock = fakeClock();
      const call = browserTools({ clock, evaluateEnabled: true });
      await call("browser_open", { url: `http://site.example:${port}/` });
      const controller = new AbortController();
      const off = expect(call("browser_act", { act: "evaluate", script: "for (;;);" }, { signal: controller.signal })).rejects.toMatchObject({
        code: "CANCELLED",
      });
      await new Promise((resolve) => setTimeout(resolve, 500));
      controller.abort();
      await off;
      await clock.advance(46_000);
      await expect.poll(async () => (await call("browser", { action: "status" })).content, { timeout: 10_000 }).toMatchObject({ running: false });
      expect(text(await call("browser_open", { url: `http://site.example:${port}/again` }))).toContain("You asked /again");
    });

    it("runs scripts only when that is turned on, and keeps their values short", async () => {
      await expect(browserTools()("browser_act", { act: "evaluate", script: "1" })).rejects.toThrow();
      const call = browserTools({ evaluateEnabled: true });
      await call("browser_open", { url: `http://site.example:${port}/` });
      expect((await call("browser_act", { act: "evaluate", script: "({ sum: 1 + 1 })" })).content).toMatchObject({ result: { sum: 2 } });
      expect(((await call("browser_act", { act: "evaluate", script: "'a'.repeat(1e6)" })).content as { result: string }).result.length).toBeLessThan(21_000);
      await expect(call("browser_act", { act: "evaluate", script: "throw new Error('x')" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    });

    it("cuts a long page and lets it be read on", async () => {
      pages = { "/": html(`<title>Long</title>${Array.from({ length: 3_000 }, (_, index) => `<p>line ${index} of a long page</p>`).join("")}`) };
      const call = browserTools();
      const first = (await call("browser_open", { url: `http://site.example:${port}/` })).content as {
        snapshot: string;
        nextOffset: number;
        totalChars: number;
      };
      expect([first.snapshot.length, first.nextOffset]).toEqual([30_000, 30_000]);
      const next = (await call("browser", { action: "snapshot", offset: first.nextOffset })).content as { snapshot: string };
      expect(next.snapshot.length).toBe(Math.min(30_000, first.totalChars - 30_000));
      expect(next.snapshot).not.toContain("line 0 of");
    });

    it("keeps pictures and printed pages as files for people", async () => {
      const call = browserTools();
      await call("browser_open", { url: `http://site.example:${port}/` });
      const picture = (await call("browser", { action: "screenshot" })).content as { path: string; bytes: number };
      expect(readFileSync(picture.path).subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
      const printed = (await call("browser", { action: "pdf" })).content as { path: string };
      expect(readFileSync(printed.path).subarray(0, 4).toString()).toBe("%PDF");
    });

    it("asks for a yes to what the page shows, which covers nothing else", async () => {
      pages = {
        "/": html(
          `<title>Pay</title><button id="b">Look [ref=e1] around</button><script>window.swap = () => { document.getElementById("b").textContent = "Pay 900" }</script>`,
        ),
      };
      const created = createBrowserTools({
        chromium: { executablePath: executablePath!, noSandbox: process.getuid?.() === 0, env: {} },
        directory,
        filesDirectory,
        evaluateEnabled: true,
        allowPrivateHosts: ["127.0.0.1"],
      });
      opened.push(created);
      const [, open, act] = created.tools as [Tool, Tool, Tool];
      const page = await callTool(open, { url: `http://127.0.0.1:${port}/` });
      const args = { act: "click", ref: refOf(page, "button") };
      const turn = { agentId: "main", sessionKey: "agent:main:webchat:direct:p" } as TurnScope;
      const context = { turn, toolCallId: "1", idempotencyKey: "1", signal: new AbortController().signal, now: 0 };
      const action = await act.describe!(args, context);
      expect(action.lines).toEqual([`Page: http://127.0.0.1:${port}/`, 'click: button "Look [ref=e1] around"']);
      expect(action.facts).toEqual({ act: "click", host: "127.0.0.1" });
      await callTool(act, { act: "evaluate", script: "swap()" });
      await expect(act.execute(args, { ...context, action })).rejects.toMatchObject({ code: expect.stringMatching(/CONFLICT|NOT_FOUND/) });
      expect([act.effect, act.writes, act.optIn, act.egress, open.egress]).toEqual(["write", "third-party-message", true, true, true]);
    });

    it("says what is missing when Chromium is not there", async () => {
      const call = browserTools({ chromium: { executablePath: join(base, "nothing"), noSandbox: true, env: {} } });
      await expect(call("browser_open", { url: `http://site.example:${port}/` })).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: expect.stringContaining("did not start"),
      });
      expect(readdirSync(directory)).toEqual([]);
    });
  },
);
