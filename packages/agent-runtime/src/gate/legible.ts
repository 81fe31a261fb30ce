import type { Action } from "../tool.ts";

/** Turns the direction of writing, hides, or breaks a line. Joiners stay: names in some scripts have them. */
const deceiving = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

const visible = (text: string): string => text.replace(/\t/g, "  ").replace(deceiving, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);

/** What a line of text goes on with is marked, so that it cannot pass for a line of the question. */
const marked = (text: string): string[] => text.split(/\r\n?|\n/).map((part, index) => (index === 0 ? visible(part) : `│ ${visible(part)}`));

/** The words of a question, with every character of them visible. Arguments stand in them that a model wrote, perhaps as a stranger told it to. */
export const legible = (action: Action): Action => ({ ...action, title: marked(action.title).join(" "), lines: action.lines.flatMap(marked) });
