import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { type FreshToken, type SupplierHttp, understand } from "../http/index.ts";

export interface SabreCredentials {
  /** `v2`: by EPR and password, or by the client id (`V1:user:group:domain`) and secret of the developer portal. `v3`: by all four. */
  authVersion: "v2" | "v3";
  clientId?: string;
  clientSecret?: string;
  /** Employee profile record, the user's number. */
  epr?: string;
  password?: string;
  /** Pseudo city code: the agency's office. */
  pcc: string;
  /** Default `AA`, the travel network. Trial accounts have `EXT`. */
  domain?: string;
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

interface TokenRequest {
  path: string;
  basic: string;
  form: Record<string, string>;
}

/** Raises `CONFIG_INVALID` when the credentials do not fit their version. */
export function tokenRequest({ authVersion, clientId, clientSecret, epr, password, pcc, domain = "AA" }: SabreCredentials): TokenRequest {
  if (authVersion === "v2") {
    const user = epr === undefined ? clientId : `V1:${epr}:${pcc}:${domain}`;
    const secret = epr === undefined ? clientSecret : password;
    if (!user || !secret)
      throw new TravelAgentError("CONFIG_INVALID", "Sabre's v2 sign-in needs epr and password, or clientId and clientSecret; set them in suppliers.sabre");
    return { path: "v2/auth/token", basic: base64(`${base64(user)}:${base64(secret)}`), form: { grant_type: "client_credentials" } };
  }
  if (!clientId || !clientSecret || !epr || !password)
    throw new TravelAgentError("CONFIG_INVALID", "Sabre's v3 sign-in needs clientId, clientSecret, epr and password; set them in suppliers.sabre");
  return {
    path: "v3/auth/token",
    basic: base64(`${clientId}:${clientSecret}`),
    form: { grant_type: "password", username: `${epr}-${pcc}-${domain}`, password },
  };
}

const TokenReply = z.looseObject({ access_token: z.string().min(1), expires_in: z.number().positive() });

/**
 * A stateless token, good for a week. Sabre allows an agency only so many live ones and answers `invalid_client` when they are
 * used up, so nobody may ask for one per call.
 */
export async function fetchToken(http: SupplierHttp, { path, basic, form }: TokenRequest): Promise<FreshToken> {
  const call = { signal: new AbortController().signal, requestId: "sabre-token" };
  const reply = await http.read({ method: "POST", path, route: path, form, headers: { authorization: `Basic ${basic}` }, anonymous: true }, call);
  const { access_token, expires_in } = understand("sabre", "read", () => TokenReply.parse(reply.body));
  return { token: access_token, expiresInMs: expires_in * 1000 };
}
