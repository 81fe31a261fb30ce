/** A fresh idempotency key. Unlike `crypto.randomUUID`, this works on a page without TLS in the agency's own network. */
export const newKey = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
