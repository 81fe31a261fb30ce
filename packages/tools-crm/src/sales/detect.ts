import { type Deadline, deadlineIn } from "./deadline.ts";
import type { PromiseLanguage } from "./language.ts";
import { languages } from "./languages/index.ts";
import { plainWords } from "./plain-words.ts";

export interface Detected {
  /** The sentence, as it stands in the message. */
  quote: string;
  language: PromiseLanguage["id"];
  deadline: Deadline;
}

/** A full stop ends no sentence after am and pm, nor in a date such as `5. Mai`. */
const ends = /(?<!\b[ap]\.? ?m\.)(?<!\d\.(?=\s+(?:jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez)))(?<=[.!?…])\s+|\s*\n+\s*/i;
/** It comes with this very message. */
const enclosed = /\b(?:attached|enclosed|herewith|anbei|hiermit|im anhang|ci-joint|adjunt\w+|em anexo|in allegato|allegat\w+)\b/;
const longest = 600;

const compiled = new Map<readonly string[], RegExp>();
function says(sources: readonly string[], text: string): boolean {
  let expression = compiled.get(sources);
  if (!expression) {
    expression = new RegExp(sources.map((source) => `(?:${source})`).join("|"));
    compiled.set(sources, expression);
  }
  return expression.test(text);
}

const conditional = new Map<PromiseLanguage, RegExp>();
function waitsForCustomer(language: PromiseLanguage, text: string): boolean {
  let expression = conditional.get(language);
  if (!expression) {
    expression = new RegExp(language.conditional);
    conditional.set(language, expression);
  }
  return expression.test(text);
}

/**
 * Sentences by which somebody of the agency commits themselves, in the order they stand in the message. Each is found once, in the first
 * language that knows it. Questions, and what waits for the customer to do something, are no promises. Pure; the same for the same
 * message.
 */
export function promisesIn(text: string, at: { saidAt: number; timeZone: string }): Detected[] {
  const found: Detected[] = [];
  for (const sentence of text.split(ends)) {
    const quote = sentence.trim();
    if (quote === "" || quote.endsWith("?") || quote.length > longest) continue;
    const plain = plainWords(quote);
    if (enclosed.test(plain)) continue;
    for (const language of languages) {
      const firm = says(language.firm, plain);
      if (!firm && !says(language.timed, plain)) continue;
      if (waitsForCustomer(language, plain)) break;
      const deadline = deadlineIn(plain, language.time, at);
      if (!firm && deadline.assumed) continue;
      found.push({ quote, language: language.id, deadline });
      break;
    }
  }
  return found;
}
