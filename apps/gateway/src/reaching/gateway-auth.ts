import type { GatewayConfig, StatePaths } from "@travelagent/config";
import { type Auth, createAuth } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Logger } from "@travelagent/protocol/ports";
import { ownSecret } from "../configuration/own-file.ts";

export interface GatewayAuth {
  readonly auth: Auth;
  /** What this configuration wants, checked; the returned function makes it count. */
  take(next: GatewayConfig): () => void;
}

/** Who may connect: by the secret of the configuration, else by one of our own that is made at the first start. */
export function gatewayAuth(config: GatewayConfig, paths: StatePaths, { clock, log }: { clock: Clock; log: Logger }): GatewayAuth {
  const secretOf = ({ gateway: { auth: given } }: GatewayConfig): string | undefined =>
    given.mode === "password" ? given.password : (given.token ?? ownSecret(paths.token));
  let secret = secretOf(config);
  const auth = createAuth({
    mode: config.gateway.auth.mode,
    clock,
    ...(config.gateway.auth.mode === "password" ? { password: secret ?? "" } : { token: secret ?? "" }),
  });
  if (auth.mode === "none") log.warn("this gateway asks nobody for a secret: every program on this machine can do everything; set gateway.auth.mode");
  return {
    auth,
    take(next) {
      const { mode } = next.gateway.auth;
      const wanted = secretOf(next);
      if (!wanted && mode !== "none") throw new TravelAgentError("CONFIG_INVALID", `gateway auth mode "${mode}" needs a ${mode}: set one`);
      return () => {
        if (!wanted || wanted === secret) return;
        secret = wanted;
        auth.rotate(wanted);
      };
    },
  };
}
