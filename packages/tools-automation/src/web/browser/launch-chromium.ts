import { TravelAgentError } from "@travelagent/protocol";
import type { BrowserContext } from "playwright-core";

export interface ChromiumOptions {
  /** The program. */
  executablePath: string;
  /** Without Chromium's own sandbox, as in a container that has one already. */
  noSandbox: boolean;
  /** All variables that the program gets. */
  env: Readonly<Record<string, string>>;
}

/** So that nothing but the proxy is ever asked: not a resolver, not another program, not a peer. */
const throughProxyOnly = [
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  "--disable-quic",
  "--dns-prefetch-disable",
  "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
  "--webrtc-ip-handling-policy=disable_non_proxied_udp",
];
const quiet = [
  "--no-first-run",
  "--disable-gpu",
  "--disable-sync",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--no-pings",
  "--deny-permission-prompts",
  "--disable-extensions",
  "--disable-default-apps",
  "--disable-client-side-phishing-detection",
  "--gaia-url=https://nowhere.invalid",
  "--google-apis-url=https://nowhere.invalid",
  "--apps-gallery-update-url=https://nowhere.invalid",
  "--component-updater=url-source=https://nowhere.invalid",
];

/**
 * Starts a Chromium of its own, without a window, whose every request goes through the proxy. `directory` holds its profile. It takes no
 * downloads and no service workers, and ends with this process. Raises `UNAVAILABLE` with what is missing.
 */
export async function launchChromium({ executablePath, noSandbox, env }: ChromiumOptions, directory: string, proxyUrl: string): Promise<BrowserContext> {
  const { chromium } = await loadPlaywright();
  try {
    return await chromium.launchPersistentContext(directory, {
      executablePath,
      headless: true,
      chromiumSandbox: !noSandbox,
      // Loopback too: usually it would go around the proxy.
      proxy: { server: proxyUrl, bypass: "<-loopback>" },
      args: [...throughProxyOnly, ...quiet],
      env: { ...env, HOME: directory },
      viewport: { width: 1280, height: 800 },
      acceptDownloads: false,
      serviceWorkers: "block",
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: 30_000,
    });
  } catch (error) {
    throw new TravelAgentError(
      "UNAVAILABLE",
      `the browser ${executablePath} did not start; the operator sees why in the log, and sets tools.browser.noSandbox where Chromium has no sandbox`,
      { cause: error },
    );
  }
}

async function loadPlaywright(): Promise<typeof import("playwright-core")> {
  try {
    // Loaded when the first browser is started; who has no use for one need not have the library.
    return await import("playwright-core");
  } catch (error) {
    throw new TravelAgentError("UNAVAILABLE", "the browser needs the package playwright-core beside the gateway; the operator installs it", { cause: error });
  }
}
