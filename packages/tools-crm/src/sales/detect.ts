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

const compiled = new Map<string, RegExp>();
function expressionOf(source: string): RegExp {
  let expression = compiled.get(source);
  if (!expression) {
    expression = new RegExp(source);
    compiled.set(source, expression);
  }
  return expression;
}

/** One expression for all ways of a language, joined once: this runs over every message that goes out. */
const joined = new Map<readonly string[], RegExp>();
function anyOf(sources: readonly string[]): RegExp {
  let expression = joined.get(sources);
  if (!expression) {
    expression = new RegExp(sources.map((source) => `(?:${source})`).join("|"));
    joined.set(sources, expression);
  }
  return expression;
}

type Said = "yes" | "no" | "denied";

function says(sources: readonly string[], text: string, { denied }: PromiseLanguage): Said {
  const found = anyOf(sources).exec(text);
  if (!found) return "no";
  const { index } = found;
  if (denied.before !== undefined && expressionOf(denied.before).test(text.slice(0, index))) return "denied";
  // A little further, for languages that put it behind.
  return denied.within !== undefined && expressionOf(denied.within).test(text.slice(index, index + found[0].length + 8)) ? "denied" : "yes";
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
      const firm = says(language.firm, plain, language);
      const said = firm === "no" ? says(language.timed, plain, language) : firm;
      if (said === "no") continue;
      // What one language understands is no sentence of another that looks like it.
      if (said === "denied" || expressionOf(language.conditional).test(plain)) break;
      const deadline = deadlineIn(plain, language.time, at);
      if (firm === "no" && deadline.assumed) continue;
      found.push({ quote, language: language.id, deadline });
      break;
    }
  }
  return found;
}
