/** Value of one cookie of a `Cookie` header, or undefined. When a name comes twice, the first counts. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

export interface CookieOptions {
  /** `None` is for a page in a frame of another site. Browsers take it with `secure` only, and keep it apart for each such site. */
  sameSite: "Strict" | "Lax" | "None";
  /** 0 deletes the cookie. */
  maxAgeSeconds: number;
  /** Sent over TLS only. */
  secure: boolean;
}

/** A `Set-Cookie` value that scripts cannot read. `value` holds no character that needs quoting. */
export function writeCookie(name: string, value: string, { sameSite, maxAgeSeconds, secure }: CookieOptions): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=${sameSite}; Max-Age=${maxAgeSeconds}${secure ? "; Secure" : ""}${sameSite === "None" ? "; Partitioned" : ""}`;
}
