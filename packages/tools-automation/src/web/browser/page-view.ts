import { TravelAgentError } from "@travelagent/protocol";
import type { Browser } from "./browser.ts";
import type { Tab } from "./tab.ts";

const mostChars = 30_000;
/** A frame that never loads would hold up the rest for as long; it is shown empty then. */
const snapshotMs = 4_000;

/** A page as text: roles, names and words, each thing that can be used with a reference such as `e12`. */
export const snapshotOf = ({ page }: Tab): Promise<string> => page.ariaSnapshot({ mode: "ai", timeout: snapshotMs });

/** What a model gets to see of a tab. */
export async function pageView(browser: Browser, tab: Tab, { offset = 0 }: { offset?: number } = {}): Promise<Record<string, unknown>> {
  const snapshot = await snapshotOf(tab);
  const end = offset + mostChars;
  return {
    ...(await aboutTab(tab)),
    snapshot: snapshot.slice(offset, end),
    ...(snapshot.length > end || offset > 0 ? { totalChars: snapshot.length, ...(snapshot.length > end ? { nextOffset: end } : {}) } : {}),
    ...aboutRefusals(browser),
  };
}

export async function aboutTab({ id, page }: Tab): Promise<{ tab: string; url: string; title: string }> {
  return { tab: id, url: page.url().slice(0, 2_000), title: (await page.title()).slice(0, 300) };
}

/** What the page wanted of private networks and did not get. */
export const aboutRefusals = (browser: Browser): { refused?: string[] } => {
  const reasons = [...new Set(browser.refusals().map(({ reason }) => reason.slice(0, 300)))];
  return reasons.length > 0 ? { refused: reasons } : {};
};

/** A line of a snapshot: role, name in quotes, attributes. What a page writes stands in quotes or behind a colon, so it cannot pass for an attribute. */
const line = /^\s*- '?([a-z]+)( "(?:[^"\\]|\\.)*")?((?: \[[^\]"]*\])*)/;

/** How the thing behind a reference is shown in a snapshot, such as `button "Search"`. Raises `NOT_FOUND` for one that is not there any more. */
export function thingAt(snapshot: string, ref: string): string {
  for (const text of snapshot.split("\n")) {
    const [, role, name = "", attributes = ""] = line.exec(text) ?? [];
    if (attributes.includes(` [ref=${ref}]`))
      return `${role}${name.length > 200 ? `${name.slice(0, 200)} …` : name}${ref.startsWith("f") ? " in a frame of the page" : ""}`;
  }
  throw new TravelAgentError("NOT_FOUND", `there is no ${ref} on the page now; take a new snapshot and use its references`);
}
