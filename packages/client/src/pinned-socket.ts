import { isIP, type Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { TravelAgentError } from "@travelagent/protocol";
import { WebSocket, type ClientOptions as WsOptions } from "ws";
import { fingerprint } from "./fingerprint.ts";
import type { OpenWebSocket } from "./socket.ts";

export interface PinOptions {
  /** SHA-256 of the gateway's certificate, 64 hex digits, with or without colons. */
  tlsFingerprint: string;
  /** Told of a certificate that is another one; the connection is over then. */
  onRefused?: (error: TravelAgentError) => void;
}

const dialTimeoutMs = 10_000;

/**
 * Sockets for `createClient` that talk to one certificate only, whoever signed it and whatever it is called. Its fingerprint
 * is compared as soon as the TLS handshake is done: to another certificate not even the HTTP request is sent, and with it no
 * secret. Raises `INVALID_REQUEST` for a fingerprint that is none, and on opening an address that is not `wss://`.
 */
export function pinnedWebSocket({ tlsFingerprint, onRefused }: PinOptions): OpenWebSocket {
  const pinned = fingerprint(tlsFingerprint);

  const dial = ({ host = "localhost", port = 443 }: { host?: string; port?: number | string }, done: (error: Error | null, socket?: Socket) => void) => {
    const socket: TLSSocket = connect({
      host,
      port: Number(port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // The pin takes the place of the authorities, and is checked below.
      rejectUnauthorized: false,
      minVersion: "TLSv1.2",
    });
    const fail = (error: Error) => {
      socket.destroy();
      done(error);
    };
    socket.once("error", fail);
    socket.setTimeout(dialTimeoutMs, () => fail(new Error("the TLS handshake took too long")));
    socket.once("secureConnect", () => {
      socket.setTimeout(0);
      const shown = socket.getPeerX509Certificate()?.fingerprint256;
      if (shown !== undefined && fingerprint(shown) === pinned) {
        socket.removeListener("error", fail);
        done(null, socket);
        return;
      }
      const error = new TravelAgentError(
        "UNAUTHORIZED",
        `the gateway shows another certificate than the pinned one (SHA-256 ${shown ?? "unknown"}): nothing was sent to it; if its certificate was renewed, pin the new fingerprint that the gateway prints at its start`,
        { details: { code: "TLS_FINGERPRINT_MISMATCH", ...(shown === undefined ? {} : { shown }) } },
      );
      fail(error);
      onRefused?.(error);
    });
  };

  return (url) => {
    if (!url.startsWith("wss://"))
      throw new TravelAgentError("INVALID_REQUEST", `a pinned certificate needs an address that begins with wss://, and this is ${url}`);
    return new WebSocket(url, { createConnection: dial as unknown as NonNullable<WsOptions["createConnection"]>, perMessageDeflate: false });
  };
}
