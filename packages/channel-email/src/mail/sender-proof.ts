import type { SenderAuthentication } from "../options.ts";
import { domainOf } from "../peer.ts";
import type { Mail } from "./parse-mail.ts";

/** `proven`: our own provider's server found that the mail comes from the domain in From. `forged`: it found that it does not. */
export type SenderProof = "proven" | "forged" | "unchecked";

interface Result {
  method: string;
  result: string;
  properties: ReadonlyMap<string, string>;
}

/** Whether From may be believed, by what our own provider's server wrote on top (RFC 8601). What others wrote counts for nothing. */
export function senderProof(mail: Mail, { servers = [], acceptUnchecked = false }: SenderAuthentication = {}): SenderProof {
  if (!mail.from || !mail.fromIsPlain) return "forged";
  const results = trusted(mail.header("authentication-results"), servers);
  if (!results) return acceptUnchecked ? "proven" : "unchecked";
  const domain = domainOf(mail.from.address);
  const dmarc = results.filter(({ method }) => method === "dmarc");
  const about = dmarc.filter(({ properties }) => (properties.get("header.from") ?? domain) === domain);
  if (about.some(({ result }) => result === "fail" || result === "permerror")) return "forged";
  if (about.some(({ result }) => result === "pass")) return "proven";
  const signed = results.some(({ method, result, properties }) => method === "dkim" && result === "pass" && isAligned(signer(properties), domain));
  const sent = results.some(({ method, result, properties }) => method === "spf" && result === "pass" && isAligned(envelope(properties), domain));
  if (signed || sent) return "proven";
  return results.some(({ method, result }) => ["dkim", "spf"].includes(method) && ["fail", "softfail"].includes(result)) ? "forged" : "unchecked";
}

/** The domain itself, or one above it: whoever answers for that answers for this. */
const isAligned = (by: string | undefined, domain: string): boolean => by !== undefined && /\./.test(by) && (domain === by || domain.endsWith(`.${by}`));
const signer = (properties: ReadonlyMap<string, string>): string | undefined => properties.get("header.d") ?? properties.get("header.i")?.replace(/^.*@/, "");
const envelope = (properties: ReadonlyMap<string, string>): string | undefined => properties.get("smtp.mailfrom")?.replace(/^.*@/, "");

function trusted(headers: readonly string[], servers: readonly string[]): Result[] | undefined {
  for (const [at, header] of headers.entries()) {
    const parts = withoutComments(header).split(";");
    const name = parts[0]!.trim().split(/\s+/)[0]!.toLowerCase();
    const isNamed = !name.includes("=");
    if (!(isNamed && servers.some((server) => server.toLowerCase() === name)) && !(at === 0 && servers.includes("*"))) continue;
    return (isNamed ? parts.slice(1) : parts).flatMap(resultOf);
  }
  return undefined;
}

function resultOf(part: string): Result[] {
  const words = part.trim().toLowerCase().split(/\s+/);
  const found = /^([\w-]+)(?:\/\d+)?=([\w-]+)$/.exec(words[0] ?? "");
  if (!found) return [];
  const properties = new Map<string, string>();
  for (const word of words.slice(1)) {
    const property = /^([\w-]+\.[\w-]+)=(.*)$/.exec(word);
    if (property && !properties.has(property[1]!)) properties.set(property[1]!, property[2]!.replace(/^"|"$/g, ""));
  }
  return [{ method: found[1]!, result: found[2]!, properties }];
}

/** Comments may stand in each other, and quoted words may hold brackets. */
function withoutComments(value: string): string {
  let depth = 0;
  let quoted = false;
  let out = "";
  for (let at = 0; at < value.length; at += 1) {
    const sign = value[at]!;
    if (sign === "\\") at += 1;
    else if (quoted || sign === '"') {
      if (sign === '"' && depth === 0) quoted = !quoted;
      if (depth === 0) out += sign;
    } else if (sign === "(") depth += 1;
    else if (sign === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) out += sign;
  }
  return out;
}
