import { writtenForms } from "./written-forms.ts";

/** A place where an identifier stands: which of them, and its bytes in what was searched. */
export interface Hit {
  identifier: number;
  start: number;
  /** Behind the last byte. */
  end: number;
}

/** One stretch of bytes, handed over piece by piece. */
export interface Search {
  push(bytes: Uint8Array): void;
  /** Nothing comes any more. */
  end(): void;
}

/** Finds all ways to write all identifiers in one pass, however many there are. */
export interface Finder {
  /** How many ways to write them are looked for. */
  readonly forms: number;
  search(onHit: (hit: Hit) => void): Search;
  /** Which identifiers stand in a text. */
  in(text: string | Uint8Array): Set<number>;
}

const isWordByte = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte >= 0x80;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** Blank, `(`, `)`, `-`, `.`, `/`, and the two bytes of a blank that does not break. */
const separators = new Set([0x20, 0x28, 0x29, 0x2d, 0x2e, 0x2f, 0xc2, 0xa0]);
const fewestDigits = 8;
const mostDigits = 18;

interface Pattern {
  identifier: number;
  length: number;
  whole: boolean;
}

/** Aho and Corasick: every byte is looked at once. */
function automaton(forms: readonly { form: Uint8Array; pattern: Pattern }[]) {
  /** Bytes that stand in no form are one class: 0. */
  const classes = new Uint8Array(256);
  let count = 1;
  for (const { form } of forms) for (const byte of form) if (classes[byte] === 0) classes[byte] = count++;
  for (let byte = 0x41; byte <= 0x5a; byte++) classes[byte] = classes[byte + 32]!;

  const most = 1 + forms.reduce((sum, { form }) => sum + form.length, 0);
  const next = new Int32Array(most * count);
  const fails = new Int32Array(most);
  const ends: (Pattern[] | undefined)[] = [undefined];
  for (const { form, pattern } of forms) {
    let state = 0;
    for (const byte of form) {
      const at = state * count + classes[byte]!;
      if (next[at] === 0) {
        next[at] = ends.length;
        ends.push(undefined);
      }
      state = next[at]!;
    }
    ends[state] = [...(ends[state] ?? []), pattern];
  }
  const queue: number[] = [];
  for (let sign = 0; sign < count; sign++) if (next[sign] !== 0) queue.push(next[sign]!);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head]!;
    const fail = fails[state]!;
    if (ends[fail]) ends[state] = [...(ends[state] ?? []), ...ends[fail]];
    for (let sign = 0; sign < count; sign++) {
      const at = state * count + sign;
      const onFail = next[fail * count + sign]!;
      if (next[at] === 0) next[at] = onFail;
      else {
        fails[next[at]!] = onFail;
        queue.push(next[at]!);
      }
    }
  }
  return { classes, count, next: next.subarray(0, ends.length * count), ends };
}

/** Identifiers that tell too little are the caller's to leave out. */
export function createFinder(identifiers: readonly string[]): Finder {
  const forms: { form: Uint8Array; pattern: Pattern }[] = [];
  const numbers: { identifier: number; digits: string }[] = [];
  for (const [identifier, text] of identifiers.entries()) {
    const { bytes, digits } = writtenForms(text);
    for (const { form, whole } of bytes) forms.push({ form, pattern: { identifier, length: form.length, whole } });
    if (digits !== undefined) numbers.push({ identifier, digits });
  }
  const { classes, count, next, ends } = automaton(forms);

  const search = (onHit: (hit: Hit) => void): Search => {
    let at = 0;
    let state = 0;
    /** Bytes before the current one, for what must stand by itself: the longest such form is short. */
    const recent = new Uint8Array(64);
    /** Wait for the byte behind them. */
    let waiting: Hit[] = [];
    let run = "";
    let runStart = 0;
    let runEnd = 0;
    let between = 0;

    /** What must stand by itself does so, unless a word goes on behind it. */
    const endWaiting = (byte?: number): void => {
      if (byte === undefined || !isWordByte(byte)) for (const hit of waiting) onHit(hit);
      waiting = [];
    };
    const endRun = (): void => {
      if (run.length >= fewestDigits && run.length <= mostDigits) {
        const digits = run.replace(/^0+/, "");
        for (const { identifier, digits: wanted } of numbers)
          if (digits.length >= fewestDigits && (wanted.endsWith(digits) || digits === wanted)) onHit({ identifier, start: runStart, end: runEnd });
      }
      run = "";
      between = 0;
    };
    const inRun = (byte: number): void => {
      if (isDigit(byte)) {
        if (run === "") runStart = at;
        if (run.length <= mostDigits) run += String.fromCharCode(byte);
        runEnd = at + 1;
        between = 0;
      } else if (run !== "" && (!separators.has(byte) || ++between > 2)) endRun();
    };

    return {
      push(bytes) {
        for (let index = 0; index < bytes.length; index++) {
          const byte = bytes[index]!;
          if (waiting.length > 0) endWaiting(byte);
          if (numbers.length > 0) inRun(byte);
          state = next[state * count + classes[byte]!]!;
          const found = ends[state];
          if (found)
            for (const { identifier, length, whole } of found) {
              const hit = { identifier, start: at + 1 - length, end: at + 1 };
              if (!whole) onHit(hit);
              else if (hit.start === 0 || length >= recent.length || !isWordByte(recent[(hit.start - 1) % recent.length]!)) waiting.push(hit);
            }
          recent[at % recent.length] = byte;
          at += 1;
        }
      },
      end() {
        endWaiting();
        endRun();
      },
    };
  };

  return {
    forms: forms.length + numbers.length,
    search,
    in(text) {
      const found = new Set<number>();
      const one = search(({ identifier }) => found.add(identifier));
      one.push(typeof text === "string" ? new TextEncoder().encode(text) : text);
      one.end();
      return found;
    },
  };
}
