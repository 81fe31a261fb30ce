import { TravelAgentError } from "@travelagent/protocol";
import * as z from "zod";
import { type FreshToken, type SupplierHttp, understand } from "../http/index.ts";

export interface TravelportCredentials {
  clientId: string;
  clientSecret: string;
  username: string;
  password: string;
  /** What the agency may see, by Travelport's access group. */
  accessGroup?: string;
  /** In place of an access group: the pseudo city code of the office, `7K9S`. */
  pcc?: string;
}

/** Raises `CONFIG_INVALID` when it is open on whose behalf requests are made. */
export function officeHeader({ accessGroup, pcc }: Pick<TravelportCredentials, "accessGroup" | "pcc">): Record<string, string> {
  if (accessGroup) return { XAUTH_TRAVELPORT_ACCESSGROUP: accessGroup };
  if (pcc) return { "TVP-PCC-Core": `${pcc}_1G` };
  throw new TravelAgentError("CONFIG_INVALID", "Travelport needs an accessGroup or a pcc; set one in suppliers.travelport");
}

const TokenReply = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

/** A token is good for a day. */
export async function fetchToken(
  http: SupplierHttp,
  address: string,
  { clientId, clientSecret, username, password }: TravelportCredentials,
): Promise<FreshToken> {
  const call = { signal: new AbortController().signal, requestId: "travelport-token" };
  const form = { grant_type: "password", username, password, client_id: clientId, client_secret: clientSecret };
  const reply = await http.read({ method: "POST", path: address, route: "oauth/token", form, anonymous: true }, call);
  const { access_token, expires_in } = understand("travelport", "read", () => TokenReply.parse(reply.body));
  return { token: access_token, expiresInMs: expires_in * 1000 };
}
