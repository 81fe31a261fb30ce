import type { Page } from "playwright-core";

const mostLines = 100;
const mostLineChars = 500;

/** One open page. */
export interface Tab {
  /** `t1`, `t2` …, never used again within a browser. */
  readonly id: string;
  readonly page: Page;
  /** What scripts wrote and what went wrong, the newest last. */
  readonly console: readonly string[];
}

/** Follows a page's console. Dialogs are closed without a yes: nobody is there to give one. */
export function openTab(id: string, page: Page): Tab {
  const lines: string[] = [];
  const add = (kind: string, text: string): void => {
    lines.push(`${kind}: ${text.slice(0, mostLineChars)}`);
    if (lines.length > mostLines) lines.shift();
  };
  page.on("console", (message) => add(message.type(), message.text()));
  page.on("pageerror", (error) => add("error", String(error)));
  page.on("dialog", (dialog) => {
    add("dialog", `${dialog.type()} "${dialog.message()}" was closed`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on("crash", () => add("error", "the page crashed"));
  return { id, page, console: lines };
}
