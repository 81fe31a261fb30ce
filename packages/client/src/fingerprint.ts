import { TravelAgentError } from "@travelagent/protocol";

/** A SHA-256 fingerprint as 64 small hex digits. Raises `INVALID_REQUEST` for anything else. */
export function fingerprint(text: string): string {
  const digits = text
    .trim()
    .toLowerCase()
    .replace(/^sha256:/, "")
    .replaceAll(":", "");
  if (!/^[0-9a-f]{64}$/.test(digits)) {
    throw new TravelAgentError("INVALID_REQUEST", "a certificate's fingerprint is its SHA-256: 64 hex digits, with or without colons");
  }
  return digits;
}
