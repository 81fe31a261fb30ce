import type { OutgoingHttpHeaders } from "node:http";

const policyFor = (frameAncestors: string): string =>
  [
    "default-src 'self'",
    "connect-src 'self' ws: wss:",
    "img-src 'self' data:",
    "style-src 'self' 'unsafe-inline'",
    "script-src 'self'",
    `frame-ancestors ${frameAncestors}`,
    "base-uri 'none'",
    "form-action 'self'",
  ].join("; ");

/** On every answer, whatever it holds. */
export const securityHeaders: OutgoingHttpHeaders = {
  "content-security-policy": policyFor("'none'"),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** In their place on a page that other sites may show in a frame. */
export const framedBy = (origins: readonly string[]): OutgoingHttpHeaders => ({
  "content-security-policy": policyFor(["'self'", ...origins].join(" ")),
  "cross-origin-resource-policy": "cross-origin",
  "x-frame-options": undefined,
});
