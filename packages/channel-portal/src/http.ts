import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** What the routes need of a request; the gateway's own `HttpRequest` has it. */
export interface PortalRequest {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** `secure`: it came over TLS. */
  readonly peer: { readonly secure: boolean };
  json(maxBytes?: number): Promise<unknown>;
}

export interface PortalReply {
  status?: number;
  headers?: OutgoingHttpHeaders;
  body?: string | Uint8Array;
}

/** Fits the `routes` of a gateway. With `csrf` a header is required that no foreign page can set. */
export interface PortalRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly auth: "none";
  readonly csrf?: true;
  handle(request: PortalRequest): Promise<PortalReply>;
}

/** What customers see is kept by no cache and found by no search engine. */
const guarded: OutgoingHttpHeaders = { "cache-control": "no-store", "x-robots-tag": "noindex, nofollow" };

export const json = (value: unknown, { status = 200, headers = {} }: PortalReply = {}): PortalReply => ({
  status,
  headers: { ...guarded, "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(value),
});

/** For the customer to keep. Never opened as a page of ours. */
export const file = ({ name, mimeType, bytes }: { name: string; mimeType: string; bytes: Uint8Array }): PortalReply => ({
  headers: {
    ...guarded,
    "content-type": mimeType,
    "content-disposition": `${mimeType === "application/pdf" ? "inline" : "attachment"}; filename="${name.replace(/[^\w.-]/g, "_")}"`,
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  },
  body: bytes,
});

/** Name of the cookie a customer's browser is known by. */
export const portalCookie = "ta_portal";

export function readPortalCookie({ headers: { cookie } }: PortalRequest): string | undefined {
  for (const part of cookie?.split(";") ?? []) {
    const [name, ...value] = part.split("=");
    if (name?.trim() === portalCookie) return value.join("=").trim();
  }
  return undefined;
}

/** Scripts cannot read it, and no other site can make a browser send it. `maxAgeSeconds` 0 deletes it. */
export const portalCookieHeader = (value: string, maxAgeSeconds: number, { peer }: PortalRequest): OutgoingHttpHeaders => ({
  "set-cookie": `${portalCookie}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(maxAgeSeconds)}${peer.secure ? "; Secure" : ""}`,
});
