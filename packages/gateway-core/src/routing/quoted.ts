const wordy = /[\p{L}\p{N}]/u;

/** Those of the references that stand in a text as words of their own, in whatever case. */
export function quoted(text: string, references: readonly string[]): string[] {
  const upper = text.toUpperCase();
  const standsAt = (at: number, length: number): boolean => !wordy.test(upper[at - 1] ?? "") && !wordy.test(upper[at + length] ?? "");
  return references.filter((reference) => {
    const wanted = reference.trim().toUpperCase();
    // Shorter ones would be words of any sentence.
    if (wanted.length < 5) return false;
    for (let at = upper.indexOf(wanted); at >= 0; at = upper.indexOf(wanted, at + 1)) if (standsAt(at, wanted.length)) return true;
    return false;
  });
}
