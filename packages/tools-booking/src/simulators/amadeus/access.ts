import { timingSafeEqual } from "node:crypto";
import type { Answer, RefusalKind, Route, SimulatedRequest, World } from "../kit/index.ts";
import { mediaType } from "./refusals.ts";

const secondsValid = 1799;

const same = (a: string, b: string): boolean => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

const tokenFault = (status: number, error: string, description: string, code: number, title: string): Answer => ({
  status,
  body: { error, error_description: description, code, title },
});

/** Access tokens, which end after half an hour and with the process. */
export function createAccess(world: World, { clientId, clientSecret }: { clientId: string; clientSecret: string }) {
  const ends = new Map<string, number>();

  const grant: Route = {
    method: "POST",
    path: "/v1/security/oauth2/token",
    name: "token",
    open: true,
    handle({ form }) {
      if (form.get("grant_type") !== "client_credentials")
        return tokenFault(
          400,
          "unsupported_grant_type",
          "Only client_credentials value is allowed for the body parameter grant_type",
          38185,
          "Invalid parameters",
        );
      if (!same(form.get("client_id") ?? "", clientId) || !same(form.get("client_secret") ?? "", clientSecret))
        return tokenFault(401, "invalid_client", "Client credentials are invalid", 38187, "Invalid parameters");
      const token = world.newId("", 28, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
      ends.set(token, world.clock.now() + secondsValid * 1000);
      return {
        status: 200,
        body: {
          type: "amadeusOAuth2Token",
          username: "agency@example.com",
          application_name: "Travel agency",
          client_id: clientId,
          token_type: "Bearer",
          access_token: token,
          expires_in: secondsValid,
          state: "approved",
          scope: "",
        },
      };
    },
  };

  function guard({ headers, method }: SimulatedRequest): RefusalKind | undefined {
    const until = ends.get(/^Bearer (\S+)$/.exec(headers.authorization ?? "")?.[1] ?? "");
    if (until === undefined) return "unauthorized";
    if (until <= world.clock.now()) return "auth_expired";
    const given = headers["content-type"];
    // A charset behind the type is another type here.
    return method === "POST" && given !== mediaType && given !== "application/json" ? "bad_request" : undefined;
  }

  return { grant, guard };
}
