import { htmlText } from "./html-text.ts";
import { ownWords } from "./own-words.ts";
import type { Mail } from "./parse-mail.ts";

export interface MailText {
  text: string;
  /** Pictures in what the writer says; undefined when the mail has no markup to tell. */
  pictures: ReadonlySet<string> | undefined;
  cut: boolean;
}

/** Of a text, before it is looked at more closely. */
const longestRead = 200_000;

/** The writer's own words. */
export function mailText({ text, html }: Pick<Mail, "text" | "html">, maxLength: number): MailText {
  const shown = html === undefined ? undefined : htmlText(html);
  const plain = visible(text ?? "");
  const words = ownWords(plain.trim() !== "" ? plain : visible(shown?.text ?? ""));
  const cut = words.length > maxLength;
  return { text: cut ? wholeCharacters(words.slice(0, maxLength)).trimEnd() : words, pictures: shown?.pictures, cut };
}

/** Signs that nobody sees and a machine reads. Joiners within words and emoji stay. */
const visible = (text: string): string =>
  text
    .slice(0, longestRead)
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad]|\u034f|[\u{e0000}-\u{e007f}]/gu, "")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");

const wholeCharacters = (text: string): string => (/[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text);
