/**
 * Whether a whole message is a plain yes or no to what was just shown. Anything with a condition, a question or a further
 * wish is neither: the model reads it, and the pending action stays pending. Rules instead of a model, because this is where
 * money starts to move.
 */
const yes = new Set([
  "yes",
  "y",
  "yep",
  "yeah",
  "yup",
  "ok",
  "okay",
  "sure",
  "confirm",
  "confirmed",
  "i confirm",
  "yes confirm",
  "yes please",
  "yes i confirm",
  "yes book it",
  "yes do it",
  "please confirm",
  "book it",
  "book it please",
  "please book it",
  "go ahead",
  "please go ahead",
  "go for it",
  "do it",
  "please do",
  "yes go ahead",
  "yes please go ahead",
  "ok book it",
  "okay book it",
  "ok go ahead",
  "sounds good book it",
  "looks good book it",
  "yes thats right",
  "yes that is right",
  "yes correct",
  "thats right",
  "correct",
  "yes cancel it",
  "yes please cancel it",
  "cancel it yes",
  "yes change it",
  "yes please change it",
  "yes please book it",
  "yes thanks",
  "yes thank you",
  "ok confirm",
  "i agree",
  "agreed",
]);
const no = new Set([
  "no",
  "n",
  "nope",
  "nah",
  "no thanks",
  "no thank you",
  "decline",
  "declined",
  "dont",
  "do not",
  "stop",
  "dont book it",
  "do not book it",
  "no dont",
  "no do not",
  "not now",
  "no stop",
  "never mind",
  "nevermind",
  "forget it",
  "no forget it",
  "leave it",
  "keep it",
  "no keep it",
  "dont do it",
  "do not do it",
  "dont cancel it",
  "do not cancel it",
]);

/** Pictures that agree or say nothing; with any other one the words are not plain. */
const harmless = /[\u{1F44D}\u{1F44C}\u2705\u2714\u{1F64F}\u{1F600}-\u{1F60A}\u{1F642}\u2764\u{1F389}]/gu;

export function assent(text: string): "yes" | "no" | null {
  if (/\p{Extended_Pictographic}/u.test(text.replace(harmless, ""))) return null;
  const plain = text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[’']/g, "")
    .replace(/[^\p{L}\p{N}\s?]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  if (yes.has(plain)) return "yes";
  if (no.has(plain)) return "no";
  return null;
}
