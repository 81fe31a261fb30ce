import type { MailServer } from "./options.ts";

export interface SecureConnection {
  port: number;
  /** TLS from the first byte. */
  implicit: boolean;
  /** Without TLS nothing is said. */
  required: boolean;
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;
const beginsPlain = new Set([25, 143, 587]);

/** How a server is spoken to: with TLS, unless it is this machine or somebody allowed otherwise. */
export function secureConnection({ host, port, secure, allowPlaintext = false }: MailServer, ports: { implicit: number; plain: number }): SecureConnection {
  const implicit = secure ?? !(port !== undefined && beginsPlain.has(port));
  return { port: port ?? (implicit ? ports.implicit : ports.plain), implicit, required: !implicit && !allowPlaintext && !loopback.test(host) };
}
