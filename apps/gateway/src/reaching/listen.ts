import { homedir, networkInterfaces } from "node:os";
import { dirname } from "node:path";
import { bindHost, resolvePath, usesTls } from "@travelagent/config";
import { TravelAgentError } from "@travelagent/protocol";
import type { Settings } from "../configuration/settings.ts";
import { ownTls, readTls, type TlsIdentity } from "./tls.ts";

export interface Listen {
  host: string;
  tls?: TlsIdentity;
  /** Other machines may connect without TLS: the operator said so, or named the proxy that speaks it. */
  allowPlaintext: boolean;
}

/** Where the gateway listens and what it shows there. Raises `CONFIG_INVALID` when that is not possible or not safe. */
export async function listenAs({ config: { gateway }, configPath, paths }: Settings, now: number): Promise<Listen> {
  if (gateway.mode === "remote")
    throw new TravelAgentError(
      "CONFIG_INVALID",
      `this machine uses the gateway at ${gateway.remote.url}, as gateway.mode "remote" says; set gateway.mode to "local" to start one here`,
    );
  const host = bindHost(gateway, networkInterfaces());
  const allowPlaintext = gateway.allowInsecureRemote || gateway.trustedProxies.length > 0;
  if (!usesTls(gateway)) return { host, allowPlaintext };
  const place = (path: string) => resolvePath(path, { home: homedir(), base: dirname(configPath) });
  const [certPath, keyPath] = [gateway.tls.certPath ?? gateway.tls.cert, gateway.tls.keyPath ?? gateway.tls.key];
  const tls =
    certPath !== undefined && keyPath !== undefined
      ? readTls({ certPath: place(certPath), keyPath: place(keyPath), ...(gateway.tls.caPath === undefined ? {} : { caPath: place(gateway.tls.caPath) }) })
      : await ownTls({ certPath: paths.tlsCert, keyPath: paths.tlsKey }, now);
  return { host, tls, allowPlaintext };
}
