import { type Action, defineTool, type Tool, type ToolContext, type ToolOutput } from "@travelagent/agent-runtime";
import { canonicalJson, TravelAgentError } from "@travelagent/protocol";
import type { Locator } from "playwright-core";
import * as z from "zod";
import type { Browser } from "./browser.ts";
import type { Browsers } from "./browsers.ts";
import { runningBrowser } from "./look-tool.ts";
import { pageFailure } from "./page-failure.ts";
import { pageView, snapshotOf, thingAt } from "./page-view.ts";
import type { Tab } from "./tab.ts";

const kinds = ["click", "type", "fill", "press", "select", "hover", "back"] as const;
const mostResultChars = 20_000;

const ref = z.string().regex(/^(?:f\d+)?e\d+$/);

const argsWith = <const Kinds extends readonly [string, ...string[]]>(offered: Kinds, evaluate: boolean) =>
  z.strictObject({
    act: z.enum(offered),
    tab: z
      .string()
      .regex(/^t\d{1,6}$/)
      .optional()
      .describe("Default: the one in front."),
    ref: ref.optional().describe("What to use, by its reference in the newest snapshot. For click, type, select and hover."),
    text: z.string().max(5_000).optional().describe("Of type: what is written into the field, in place of what is there."),
    fields: z
      .array(z.strictObject({ ref, text: z.string().max(5_000) }))
      .min(1)
      .max(20)
      .optional()
      .describe("Of fill: several fields at once, with what is written into each."),
    submit: z.boolean().optional().describe("Of type and fill: press Enter afterwards."),
    key: z
      .string()
      .regex(/^(?:(?:Control|Shift|Alt|Meta)\+)*[A-Za-z0-9]{1,20}$/)
      .optional()
      .describe("Of press: such as Enter, Tab, Escape, ArrowDown."),
    values: z.array(z.string().max(500)).min(1).max(20).optional().describe("Of select: what is chosen, by label or value."),
    ...(evaluate ? { script: z.string().min(1).max(10_000).optional().describe("Of evaluate: an expression whose value is returned as JSON.") } : {}),
  });
type Act = z.output<ReturnType<typeof argsWith>> & { script?: string | undefined };

export interface BrowserActOptions {
  browsers: Browsers;
  /** Whether a model may run scripts of its own in pages. */
  evaluateEnabled: boolean;
}

/**
 * `browser_act`: uses a page of the session's own browser: clicks, types, chooses. What that does is up to the site, so it is a write in the
 * name of the agency. A yes covers this thing on this page with this value: what is shown is read from the page, not from the model.
 */
export function browserActTool({ browsers, evaluateEnabled }: BrowserActOptions): Tool {
  const Args = argsWith(evaluateEnabled ? ([...kinds, "evaluate"] as const) : kinds, evaluateEnabled) as unknown as z.ZodType<Act>;
  return defineTool<Act>({
    name: "browser_act",
    description: `Uses the page that is open in this conversation's browser, by the references of its newest snapshot: ${kinds.join(", ")}${evaluateEnabled ? ", evaluate" : ""}. Returns the snapshot afterwards.`,
    group: "ui",
    args: Args,
    effect: "write",
    writes: "third-party-message",
    optIn: true,
    egress: true,
    repeatable: false,
    timeoutMs: 75_000,
    async describe(args, { turn, now, signal }) {
      const browser = runningBrowser(browsers, turn);
      return browser.use(async () => {
        const tab = browser.tab(args.tab);
        try {
          return actionOf(args, tab, await thingsOf(args, tab), now);
        } catch (error) {
          throw pageFailure(error, `"${args.act}"`);
        }
      }, signal);
    },
    async execute(args, { turn, signal, action }: ToolContext) {
      const browser = runningBrowser(browsers, turn);
      let begun = false;
      const act = async (): Promise<ToolOutput> => {
        const tab = browser.tab(args.tab);
        const things = await thingsOf(args, tab);
        if (action && canonicalJson(action.subject) !== canonicalJson(subjectOf(tab, things)))
          throw new TravelAgentError("CONFLICT", "the page is not as it was when this was agreed to; take a new snapshot");
        begun = true;
        const result = await carryOut(args, tab);
        begun = false;
        return { content: { done: args.act, ...(result === undefined ? {} : { result }), ...(await viewAfter(browser, tab)) }, tainted: true };
      };
      try {
        return await browser.use(act, signal);
      } catch (error) {
        const failure = pageFailure(error, `"${args.act}"`);
        if (begun && (failure.code === "TIMEOUT" || failure.code === "UNAVAILABLE"))
          throw new TravelAgentError("OUTCOME_UNKNOWN", `whether "${args.act}" happened is not known; take a snapshot to see how the page is now`, {
            cause: error,
          });
        throw failure;
      }
    },
  });
}

/** What would be used, as the page shows it now; the page itself when nothing on it is named. */
async function thingsOf({ act, ref: one, text, fields, key, values, script }: Act, tab: Tab): Promise<string[]> {
  const missing = (what: string): never => {
    throw new TravelAgentError("INVALID_REQUEST", `"${act}" needs ${what}`);
  };
  if (act === "type" && text === undefined) missing("text");
  if (act === "press" && key === undefined) missing("key");
  if (act === "select" && values === undefined) missing("values");
  if (act === "evaluate" && script === undefined) missing("script");
  if (["back", "evaluate"].includes(act) || (act === "press" && one === undefined)) return ["the page"];
  const refs = act === "fill" ? (fields ?? missing("fields")).map((field) => field.ref) : [one ?? missing("ref")];
  const snapshot = await snapshotOf(tab);
  return refs.map((each) => thingAt(snapshot, each));
}

const subjectOf = ({ page }: Tab, things: readonly string[]): Record<string, unknown> => ({ page: page.url(), things });

function actionOf({ act, text, fields, submit, key, values, script }: Act, tab: Tab, things: readonly string[], now: number): Action {
  const url = tab.page.url();
  const short = (value: string): string => (value.length > 500 ? `${value.slice(0, 500)} … (${value.length} characters)` : value);
  const value = text ?? key ?? values?.join(", ") ?? script;
  return {
    title: "Use a web page",
    lines: [
      `Page: ${url.slice(0, 300)}`,
      ...(act === "fill" ? things.map((thing, index) => `fill: ${thing} with: ${short(fields![index]!.text)}`) : [`${act}: ${things[0]}`]),
      ...(act === "fill" || value === undefined ? [] : [`With: ${short(value)}`]),
      ...(submit ? ["And sends it"] : []),
    ],
    expiresAt: now + 10 * 60_000,
    subject: subjectOf(tab, things),
    facts: { act, host: URL.parse(url)?.hostname ?? "" },
  };
}

async function carryOut({ act, ref: one, text, fields, submit, key, values, script }: Act, { page }: Tab): Promise<unknown> {
  const at = (each = one): Locator => page.locator(`aria-ref=${each}`);
  switch (act) {
    case "click":
      await at().click();
      return undefined;
    case "hover":
      await at().hover();
      return undefined;
    case "type":
      await at().fill(text!);
      if (submit) await at().press("Enter");
      return undefined;
    case "fill":
      for (const field of fields!) await at(field.ref).fill(field.text);
      if (submit) await at(fields!.at(-1)!.ref).press("Enter");
      return undefined;
    case "press":
      await (one === undefined ? page.keyboard.press(key!) : at().press(key!));
      return undefined;
    case "select":
      await at().selectOption(values!);
      return undefined;
    case "back":
      await page.goBack({ waitUntil: "domcontentloaded" });
      return undefined;
    default: {
      const value = JSON.stringify(await page.evaluate<unknown>(script!)) ?? "null";
      return value.length > mostResultChars ? `${value.slice(0, mostResultChars)} …` : JSON.parse(value);
    }
  }
}

/** The page once what was done has had a moment to show. A tab that was opened by it is in front then. Never raises: the act is done. */
async function viewAfter(browser: Browser, tab: Tab): Promise<Record<string, unknown>> {
  try {
    await tab.page.waitForTimeout(300).catch(() => undefined);
    if (browser.tabs().length === 0) return { closed: tab.id };
    const now = browser.tab();
    await now.page.waitForLoadState("domcontentloaded", { timeout: 10_000 }).catch(() => undefined);
    return await pageView(browser, now);
  } catch {
    return { note: "the page cannot be seen now; take a snapshot" };
  }
}
