/** Thinking that the vendor keeps to itself comes as an opaque text, which our transcripts keep in the signature behind this mark. */
export const redactedMark = "redacted:";
