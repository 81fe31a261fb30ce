import { createHmac } from "node:crypto";
import { removeCardNumbers, TravelAgentError } from "@travelagent/protocol";

/** Takes out of a log line what must not be in it. */
export interface Scrubber {
  /** From now on this secret is masked wherever it stands. Shorter than four characters is nothing that can be told apart. */
  hide(...secrets: string[]): void;
  /** Puts other patterns in place of those it was made with. Raises `CONFIG_INVALID` and changes nothing. */
  usePatterns(patterns: readonly string[]): void;
  text(text: string): string;
  /** A field as JSON can carry it, cleaned on every level: a log line never fails and never gives anything away. */
  field(name: string, value: unknown): [name: string, value: unknown];
}

export interface ScrubberOptions {
  secrets?: readonly string[];
  /** Regular expressions; what they match is masked. */
  patterns?: readonly string[];
  /** Key of the pseudonyms: with it alone can somebody find out which person a line is about. */
  pseudonymKey?: string;
}

const gone = "***";
/** Enough to tell two secrets apart, too little to use one. */
const partly = (secret: string): string => (secret.length >= 18 ? `${secret.slice(0, 6)}${gone}${secret.slice(-4)}` : gone);

/** Names of fields whose values never reach a log. */
const secretName = /token|secret|password|passwd|passphrase|api_?key|private_?key|authorization|cookie|credential/i;
/** Fields that name a conversation or a person: a pseudonym, so that lines can still be joined. */
const personal = new Set(["sessionKey", "lane", "key", "conversationId", "peerId", "senderId", "customerKey"]);

const plain = (name: string): string => (name.startsWith("pii.") ? name.slice(4) : name);

/** Forms by which secrets give themselves away; a group named `secret` is the part that is masked. */
const forms: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?<secret>[\s\S]*?)(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\b(?:Bearer|Basic)\s+(?<secret>[A-Za-z0-9._~+/=-]{8,})/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\bsk-[A-Za-z0-9_-]{8,}/g,
  /\b(?:sk|rk|pk|whsec)_[A-Za-z0-9_]{10,}/g,
  /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bAIza[A-Za-z0-9_-]{30,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\b\d{8,10}:[A-Za-z0-9_-]{30,}/g,
  /\/\/[^/\s:@]*:(?<secret>[^/\s@]+)@/g,
  /(?<![\p{L}\p{N}])(?:[\w-]*(?:token|secret|password|passwd|api[_-]?key|private[_-]?key|client[_-]?secret))["']?\s*[=:]\s*["']?(?<secret>[^\s"'&,;)}\]]{4,})/giu,
];
/** Something that a form above, a person or a card begins with; most texts of a log have nothing of it. */
const suspicious =
  /BEGIN|bearer|basic|eyJ|sk-|[srp]k_|whsec_|gh[pousr]_|github_pat|xox|AIza|AKIA|\d{8}:|:\/\/|token|secret|passw|key|agent:|[@+]|\d[\s\d.-]{11}|[^\x20-\x7e]|cvv|cvc|code/i;
const email = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*\.\p{L}{2,}/gu;
const phone = /\+\d[\d ().-]{6,20}\d/g;
const sessionKey = /\bagent:[a-z0-9_-]+:[^\s"'`,;(){}[\]<>]+/gi;

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** Of an unexpected error its kind and place, which are ours; its text may repeat what a customer wrote. */
function whereOnly(stack: string): string {
  const kind = /^[A-Za-z]+/.exec(stack)?.[0] ?? "Error";
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [kind, ...frames.slice(0, 8).map((line) => line.trim())].join(" ");
}

/** Deeper values say so; nobody reads them, and a value that holds itself ends here. */
const maxDepth = 6;
const maxText = 8_192;
/** Remembered, so that a line costs no hash. */
const maxPseudonyms = 1_000;

/** Raises `CONFIG_INVALID` for a pattern that is no regular expression. */
const compile = (patterns: readonly string[]): RegExp[] =>
  patterns.map((pattern) => {
    try {
      return new RegExp(pattern, "g");
    } catch {
      throw new TravelAgentError("CONFIG_INVALID", `logging.redactPatterns: "${pattern}" is no regular expression`);
    }
  });

/** What a line of the log says instead of a person, a conversation or a peer. */
export const pseudonymOf = (value: string, key: string): string =>
  `#${createHmac("sha256", key).update(value.trim().toLowerCase()).digest("hex").slice(0, 12)}`;

export function createScrubber({ secrets = [], patterns = [], pseudonymKey = "" }: ScrubberOptions = {}): Scrubber {
  let own = compile(patterns);
  const hidden = new Set<string>();
  let known: RegExp | undefined;

  const hide = (...more: string[]): void => {
    for (const secret of more) {
      if (secret.length < 4) continue;
      for (const written of [
        secret,
        encodeURIComponent(secret),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(secret).toString("base64").replace(/=+$/, ""),
      ])
        hidden.add(written);
    }
    const longestFirst = [...hidden].sort((a, b) => b.length - a.length);
    known = longestFirst.length > 0 ? new RegExp(longestFirst.map((secret) => escaped(secret)).join("|"), "g") : undefined;
  };
  hide(...secrets);

  const pseudonyms = new Map<string, string>();
  const pseudonym = (value: string): string => {
    const known = pseudonyms.get(value);
    if (known !== undefined) return known;
    const made = pseudonymOf(value, pseudonymKey);
    if (pseudonyms.size >= maxPseudonyms) pseudonyms.clear();
    pseudonyms.set(value, made);
    return made;
  };
  /** Who it is with stays hidden, which agent has it does not. */
  const asConversation = (key: string): string => {
    const [scheme, agent, ...rest] = key.split(":");
    if (scheme?.toLowerCase() !== "agent" || agent === undefined || rest.length === 0) return key.startsWith("#") ? key : pseudonym(key);
    return rest.join(":") === "main" || rest.join(":").startsWith("#") ? key : `agent:${agent}:${pseudonym(key)}`;
  };

  const text = (given: string): string => {
    let clean = given.length > maxText ? `${given.slice(0, maxText)}…` : given;
    if (known) clean = clean.replace(known, gone);
    for (const pattern of own) clean = clean.replace(pattern, gone);
    if (clean.length < 8 || !suspicious.test(clean)) return clean;
    for (const form of forms)
      clean = clean.replace(form, (match, ...rest) => {
        const groups = rest.at(-1) as unknown;
        const secret = typeof groups === "object" && groups !== null ? (groups as { secret?: string }).secret : undefined;
        if (secret?.startsWith(gone)) return match;
        if (match.startsWith("-----BEGIN")) return match.replace(secret ?? "", gone);
        return secret === undefined ? partly(match) : match.replace(secret, () => partly(secret));
      });
    clean = clean.replace(sessionKey, (key) => {
      const end = /[.:!?]+$/.exec(key)?.[0] ?? "";
      return asConversation(key.slice(0, key.length - end.length)) + end;
    });
    if (clean.includes("@")) clean = clean.replace(email, "[email]");
    if (clean.includes("+")) clean = clean.replace(phone, "[phone]");
    return removeCardNumbers(clean, { number: gone, code: gone }).text;
  };

  const ofError = (error: Error, depth: number): unknown => {
    const { cause } = error;
    const code = (error as { code?: unknown }).code;
    return [
      TravelAgentError.is(error) ? text(`${error.code}: ${error.message}`) : text(`${error.name}: ${error.message}`),
      ...(typeof code === "string" && !TravelAgentError.is(error) ? [text(code)] : []),
      ...(TravelAgentError.is(error) ? [] : [whereOnly(error.stack ?? "").slice(0, 2_000)].map(text)),
      ...(cause !== undefined && depth < maxDepth ? [`caused by ${String(value("", cause, depth + 1))}`] : []),
    ].join(" | ");
  };

  const value = (name: string, given: unknown, depth: number): unknown => {
    if (given === undefined || given === null || typeof given === "boolean") return given;
    if (secretName.test(name) && typeof given !== "number") return gone;
    if (typeof given === "number") {
      const written = String(given);
      return written.length >= 13 && text(written) !== written ? gone : given;
    }
    if (name === "pii.error" && typeof given === "string") return text(whereOnly(given));
    if (typeof given === "string" && personal.has(plain(name))) return text(asConversation(given));
    if (name.startsWith("pii.")) return gone;
    if (typeof given === "string") return text(given);
    if (typeof given === "bigint") return text(String(given));
    if (typeof given !== "object") return `[${typeof given}]`;
    if (given instanceof Error) return ofError(given, depth);
    if (depth >= maxDepth) return "[deeper]";
    if (Array.isArray(given)) return given.slice(0, 100).map((entry) => value("", entry, depth + 1));
    if (given instanceof Map || given instanceof Set) return `[${given.size} entries]`;
    if (ArrayBuffer.isView(given)) return `[${given.byteLength} bytes]`;
    return Object.fromEntries(Object.entries(given).map(([key, entry]) => field(key, entry, depth + 1)));
  };

  const field = (name: string, given: unknown, depth: number): [string, unknown] => {
    return [text(personal.has(plain(name)) ? plain(name) : name), value(name, given, depth)];
  };

  return {
    usePatterns: (next) => {
      own = compile(next);
    },
    hide,
    text,
    field: (name, given) => field(name, given, 0),
  };
}
