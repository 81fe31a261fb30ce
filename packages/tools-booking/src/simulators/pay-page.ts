import type { Answer } from "./kit/index.ts";

export interface PayPage {
  status?: number;
  title: string;
  text: string;
  /** Buttons; each posts its `action` to the page's own address. */
  actions: readonly { action: string; label: string }[];
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** A small page on which a person or a test plays the customer. There is nowhere to type a card number. */
export function payPage({ status = 200, title, text, actions }: PayPage): Answer {
  const buttons = actions.map(({ action, label }) => `<button name="action" value="${escaped(action)}">${escaped(label)}</button>`).join("\n");
  return {
    status,
    contentType: "text/html; charset=utf-8",
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem } button { display: block; font: inherit; padding: .5rem 1rem; margin: .5rem 0 }</style>
<h1>${escaped(title)}</h1>
<p>Simulator: no money moves here. ${escaped(text)}</p>
<form method="post">
${buttons}
</form>
</html>
`,
  };
}
