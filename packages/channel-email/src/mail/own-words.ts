const forwarded =
  /^[ \t]*(?:-{2,} ?(?:Forwarded message|Weitergeleitete Nachricht|Mensaje reenviado|Message transféré|Messaggio inoltrato|Mensagem encaminhada) ?-{2,}|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:|Inicio del mensaje reenviado:|Début du message réexpédié :|Inizio messaggio inoltrato:|Início da mensagem reencaminhada:)[ \t]*$/im;

/** Somebody else's mail is passed on in it: it is what the mail is about. */
export const isForwarded = (text: string): boolean => forwarded.test(text);

const original =
  /^[ \t]*-{2,} ?(?:Original Message|Ursprüngliche Nachricht|Original-Nachricht|Mensaje original|Message d'origine|Message original|Messaggio originale|Mensagem original) ?-{2,}[ \t]*$/i;
const intro =
  /^[ \t>]*(?:On .{5,300} wrote:|Am .{5,300} schrieb.{0,200}:|El .{5,300} escribió:|Le .{5,300} a écrit\s?:|Il .{5,300} ha scritto:|Em .{5,300} escreveu:|.{3,200} wrote on .{5,80}:)[ \t]*$/i;
const headerOf = [
  /^[ \t*]*(?:From|Von|De|Da)\s?:/i,
  /^[ \t*]*(?:Sent|Date|Gesendet|Datum|Enviado(?: el)?|Fecha|Envoyé|Inviato|Data|Enviada)\s?:/i,
  /^[ \t*]*(?:To|An|Para|À|A)\s?:/i,
  /^[ \t*]*(?:Subject|Betreff|Asunto|Objet|Oggetto|Assunto)\s?:/i,
] as const;
const device =
  /^(?:Sent from my |Sent from Outlook|Get Outlook for |Von meinem .{2,40} gesendet|Gesendet von |Enviado desde mi |Envoyé de mon |Envoyé depuis |Inviato da |Inviato dal |Enviado do meu )/i;
const signature = /^-- ?$/;

/** An Outlook history: three of its four lines stand together. */
const isHistoryHead = (lines: readonly string[], at: number): boolean =>
  headerOf[0].test(lines[at]!) && headerOf.slice(1).filter((name) => lines.slice(at + 1, at + 7).some((line) => name.test(line))).length >= 2;

/**
 * What the writer of a mail says in it: without the history below or between, without signatures. Answers between quoted lines stay. Of
 * a mail that passes on another one, that one stays.
 */
export function ownWords(text: string): string {
  const passed = forwarded.exec(text);
  const own = passed ? text.slice(0, passed.index) : text;
  const rest = passed ? text.slice(passed.index) : "";
  return [withoutHistory(own), rest.trim()].filter((part) => part !== "").join("\n\n");
}

function withoutHistory(text: string): string {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    if (original.test(line) || isHistoryHead(lines, at) || signature.test(line)) break;
    const length = introAt(lines, at);
    if (length > 0) {
      const next = lines.slice(at + length).find((one) => one.trim() !== "");
      // Without marks at its lines, nobody can say where the history ends.
      if (next === undefined || !/^[ \t]*>/.test(next)) break;
      at += length - 1;
      continue;
    }
    if (/^[ \t]*>/.test(line)) continue;
    kept.push(line);
  }
  while (kept.length > 0 && (kept.at(-1)!.trim() === "" || device.test(kept.at(-1)!.trim()) || /^[_-]{5,}$/.test(kept.at(-1)!.trim()))) kept.pop();
  return kept.join("\n").trim();
}

/** How many lines the words take by which a history begins; mail programs fold them. */
function introAt(lines: readonly string[], at: number): number {
  if (!/^[ \t>]*\p{L}/u.test(lines[at]!)) return 0;
  for (const length of [1, 2, 3])
    if (
      lines[at + length - 1] !== undefined &&
      intro.test(
        lines
          .slice(at, at + length)
          .map((line) => line.trim())
          .join(" "),
      )
    )
      return length;
  return 0;
}
