/**
 * The vendor signs single parts of an answer, and wants each signature back with that very part. Our transcripts keep it in a
 * thinking block: behind `call:` for the call that follows it, behind `text:` for the words before it.
 */
export const callMark = "call:";
export const textMark = "text:";

/** Models since 3 refuse calls of a running loop that nobody signed. This word, which is the vendor's own, says that they were not theirs. */
export const unsigned = "skip_thought_signature_validator";
