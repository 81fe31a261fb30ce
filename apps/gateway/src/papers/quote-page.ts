import { compareOffers, type Proposal } from "@travelagent/tools-booking/papers";

const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => signs[sign]!);

const style = `
:root{color-scheme:light dark;--ink:#14181f;--soft:#5b6470;--line:#c9ced6;--ground:#fff;--accent:#0b57d0;--on:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#eef1f5;--soft:#a4adb8;--line:#3a424d;--ground:#14181f;--accent:#8ab4f8;--on:#14181f}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:70rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{font-size:1.6rem;margin:.2rem 0}p{margin:.4rem 0}
.soft{color:var(--soft)}.note{border:1px solid var(--line);border-radius:.5rem;padding:.7rem 1rem;margin:1rem 0}
.offers{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem;margin-top:1rem}
article{border:1px solid var(--line);border-radius:.6rem;padding:1rem;display:flex;flex-direction:column}
article.chosen{border:2px solid var(--accent)}h2{font-size:1.1rem;margin:0 0 .5rem}dl{margin:0;flex:1}
dt{color:var(--soft);font-size:.85rem;margin-top:.6rem}dd{margin:0;overflow-wrap:anywhere}dd.price{font-size:1.4rem;font-weight:650}
button{margin-top:1rem;width:100%;padding:.75rem;border:0;border-radius:.4rem;background:var(--accent);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
button:focus-visible{outline:3px solid var(--ink);outline-offset:2px}`;

const page = (title: string, body: string, locale: string): string =>
  `<!doctype html><html lang="${escaped(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`;

export interface QuotePageOptions {
  agency: { name: string; email?: string | undefined; phone?: string | undefined };
  locale: string;
  /** Where the form goes. */
  action: string;
}

const reach = ({ email, phone }: QuotePageOptions["agency"]): string => [email, phone].filter(Boolean).join(" · ");

function state({ status, accepted, expiresAt }: Proposal): string {
  if (status === "accepted")
    return `<p class="note" role="status">You chose an offer on ${escaped(accepted!.at.slice(0, 10))}. We go on with it and write to you; nothing is booked before you have said yes to the final price.</p>`;
  if (status === "expired") return `<p class="note" role="status">This quote has expired. Write to us for today's prices.</p>`;
  if (status === "superseded")
    return `<p class="note" role="status">A newer version of this quote was sent to you. Please open that one; this one can no longer be accepted.</p>`;
  if (status === "withdrawn") return `<p class="note" role="status">This quote was replaced or taken back. Write to us for the current one.</p>`;
  return `<p class="soft">Valid until <time datetime="${escaped(expiresAt)}">${escaped(expiresAt.slice(0, 16).replace("T", " "))} UTC</time>. Prices are asked for again before anything is booked.</p>`;
}

/** Offers side by side, each with what it costs, includes, and costs to give back, and a button while it can be accepted. */
export function quotePage(proposal: Proposal, { agency, locale, action }: QuotePageOptions): string {
  const { titles, rows } = compareOffers(proposal.offers);
  const cards = proposal.offers.map((offer, index) => {
    const facts = rows
      .filter(({ values }) => values[index]!.length > 0)
      .map(
        ({ label, values }) =>
          `<dt>${escaped(label)}</dt>${values[index]!.map((line) => `<dd${label === "Price for everybody" ? ' class="price"' : ""}>${escaped(line)}</dd>`).join("")}`,
      )
      .join("");
    const chosen = proposal.accepted?.offerId === offer.id;
    const button =
      proposal.status === "open"
        ? `<form method="post" action="${escaped(action)}"><input type="hidden" name="offer" value="${escaped(offer.id)}"><button type="submit" aria-label="Accept: ${escaped(titles[index]!)}">Accept this offer</button></form>`
        : chosen
          ? `<p><strong>Your choice</strong></p>`
          : "";
    return `<article${chosen ? ' class="chosen"' : ""} aria-labelledby="o${index}"><h2 id="o${index}">${escaped(titles[index]!)}</h2><dl>${facts}</dl>${button}</article>`;
  });
  const sandbox = proposal.offers.some((offer) => offer.sandbox)
    ? `<p class="note"><strong>Sandbox:</strong> practice only, no real travel and no real money.</p>`
    : "";
  return page(
    `${proposal.title} · ${agency.name}`,
    `<header><p class="soft">${escaped(agency.name)}</p><h1>${escaped(proposal.title)}</h1>${proposal.version > 1 ? `<p class="soft">Version ${proposal.version}</p>` : ""}${proposal.message ? `<p>${escaped(proposal.message)}</p>` : ""}${state(proposal)}${sandbox}</header><div class="offers">${cards.join("")}</div><footer><p class="soft">${escaped(reach(agency))}</p></footer>`,
    locale,
  );
}

/** What somebody sees whose link leads nowhere, or whose choice could not be taken. */
export const quoteProblemPage = (message: string, { agency, locale }: QuotePageOptions): string =>
  page(
    agency.name,
    `<h1>${escaped(agency.name)}</h1><p class="note" role="alert">${escaped(message)}</p><p class="soft">${escaped(reach(agency))}</p>`,
    locale,
  );
