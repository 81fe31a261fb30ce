/** A tool result as long as it may be. What is cut off is told, so that a model asks for less instead of guessing. */
export function shortened(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  // Not between the two halves of one character.
  const end = /[\uD800-\uDBFF]/.test(text[maxChars - 1] ?? "") ? maxChars - 1 : maxChars;
  return `${text.slice(0, end)}\n[cut off here: ${text.length - end} more characters; ask for less at a time]`;
}
