import type { Mail } from "./parse-mail.ts";

const nobody =
  /^(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|mailer-daemon|postmaster|bounces?|bounce-handler|nobody|auto-?reply|autoresponder|listserv|majordomo)(?:[-+._=\d].*)?$/;
const away =
  /^(?:(?:re|aw|sv|fw|fwd|wg|rv)\s?:\s*)*(?:\[?auto(?:matic)?[ -]?(?:reply|response|answer)|auto\s?:|out of (?:the )?office|ooo\b|automatische antwort|abwesenheit(?:snotiz|sassistent)?|réponse automatique|absence du bureau|respuesta automática|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta automática|fora do escritório|undeliver(?:ed|able)\b|delivery status notification|mail delivery (?:failed|subsystem)|returned mail)/i;

const first = (mail: Pick<Mail, "header">, name: string): string | undefined => mail.header(name)[0]?.trim().toLowerCase();

/**
 * Why a machine wrote this mail, in words for people; undefined when a person did. An answer to a machine is answered by it (RFC 3834),
 * so what is unclear counts as a machine's only where the mail itself says so.
 */
export function automatedReason(mail: Mail, ours: ReadonlySet<string>): string | undefined {
  const { from } = mail;
  if (!from) return "it has no sender that can be read";
  if (ours.has(from.address)) return "it comes from our own address";
  const submitted = first(mail, "auto-submitted");
  if (submitted !== undefined && !/^no(?:\s*[;(]|$)/.test(submitted)) return `Auto-Submitted: ${submitted.slice(0, 60)}`;
  const precedence = first(mail, "precedence");
  if (precedence !== undefined && /^(?:bulk|junk|list|auto_reply)\b/.test(precedence)) return `Precedence: ${precedence.slice(0, 30)}`;
  for (const name of ["list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list"])
    if (first(mail, name) !== undefined) return `it comes from a list (${name})`;
  const suppress = first(mail, "x-auto-response-suppress");
  if (suppress !== undefined && /\b(?:all|autoreply|oof)\b/.test(suppress)) return "it asks for no automatic answer";
  for (const name of ["x-autoreply", "x-autorespond", "x-autoreply-from", "x-mail-autoreply", "x-auto-reply", "x-failed-recipients", "x-loop"])
    if (first(mail, name) !== undefined && first(mail, name) !== "no") return `an automatic answer (${name})`;
  if (first(mail, "return-path")?.replace(/\s/g, "") === "<>") return "it has no address for answers (Return-Path: <>)";
  if (/^multipart\/report\b/.test(first(mail, "content-type") ?? "")) return "a report of a mail server";
  if (nobody.test(from.address.slice(0, from.address.lastIndexOf("@")))) return `nobody reads ${from.address.slice(0, from.address.lastIndexOf("@"))}@`;
  if (away.test(mail.subject)) return "an automatic answer, by its subject";
  return undefined;
}
