/** A filter over text that comes in pieces. What `push` and then `end` give, joined, does not depend on where the pieces were cut. */
export interface TextFilter {
  push(delta: string): string;
  /** What was held back until it was clear what it is. */
  end(): string;
}

/** `[[name]]` or `[[name: value]]`, a word of the model's to us and never to the customer. */
const tag = /^\[\[[ \t]*([A-Za-z][A-Za-z0-9_]{0,39})[ \t]*(?::([^[\]\n]{0,200}))?\]\]/;
/** What can still become one. */
const begun = /^\[(?:\[(?:[ \t]*(?:[A-Za-z][A-Za-z0-9_]{0,39}(?:[ \t]*(?::[^[\]\n]{0,200}\]?|\]?))?)?)?)?$/;
const known: ReadonlySet<string> = new Set(["reply_to_current", "reply_to", "audio_as_voice"]);

/** Those we do not know are tags too when they are written as such, as `[[some_tag]]` or `[[some: tag]]`; "[[Madrid]]" is text. */
const isTag = (name: string, value: string | undefined): boolean =>
  known.has(name.toLowerCase()) || (name === name.toLowerCase() && (name.includes("_") || value !== undefined));

/**
 * Takes the tags out of a reply, and tells of each. The blanks behind one go with it where a blank or nothing stands before
 * it, so that no gap stays.
 */
export function tagFilter(onTag: (name: string, value: string) => void): TextFilter {
  let held = "";
  let before = "";
  let eatsBlanks = false;

  const take = (all: boolean): string => {
    let out = "";
    const emit = (text: string) => {
      out += text;
      before = text.at(-1) ?? before;
    };
    while (held !== "") {
      if (eatsBlanks) {
        held = held.replace(/^[ \t]+/, "");
        if (held === "") break;
        eatsBlanks = false;
      }
      const open = held.indexOf("[");
      if (open !== 0) {
        emit(open < 0 ? held : held.slice(0, open));
        held = open < 0 ? "" : held.slice(open);
        continue;
      }
      const found = tag.exec(held);
      if (found && isTag(found[1]!, found[2])) {
        onTag(found[1]!.toLowerCase(), (found[2] ?? "").trim());
        held = held.slice(found[0].length);
        eatsBlanks = before === "" || /\s/.test(before);
      } else if (!found && !all && begun.test(held)) break;
      else {
        const text = found ? found[0] : "[";
        emit(text);
        held = held.slice(text.length);
      }
    }
    return out;
  };

  return {
    push(delta) {
      held += delta;
      return take(false);
    },
    end: () => take(true),
  };
}
