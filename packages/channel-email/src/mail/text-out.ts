/** Text that grows at its end. However long it is, adding to it and asking how it ends costs the same. */
export interface TextOut {
  add(text: string): void;
  /** At least so many line ends before what comes next; none at the beginning. */
  breakLine(lines: number): void;
  endsIn(sign: RegExp): boolean;
  /** For `since`. */
  mark(): number;
  since(mark: number): string;
  readonly length: number;
  whole(): string;
}

export function createTextOut(): TextOut {
  const parts: string[] = [];
  let length = 0;
  let tail = "";
  let isBlank = true;
  const add = (text: string): void => {
    if (text === "") return;
    parts.push(text);
    length += text.length;
    tail = (tail + text).slice(-2);
    isBlank &&= text.trim() === "";
  };
  return {
    add,
    breakLine(lines) {
      const have = tail.length - tail.replace(/\n+$/, "").length;
      if (!isBlank && have < lines) add("\n".repeat(lines - have));
    },
    endsIn: (sign) => sign.test(tail.slice(-1)),
    mark: () => parts.length,
    since: (mark) => parts.slice(mark).join(""),
    get length() {
      return length;
    },
    whole: () => parts.join(""),
  };
}
