import { createSign } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import * as z from "zod";
import { type CrmToken, fetchedToken } from "../http.ts";

export interface SalesforceLogin {
  /** The org's own domain, such as `https://agency.my.salesforce.com`. */
  apiUrl: string;
  /** Consumer key of the app. */
  clientId: string;
  /** With it the client credentials flow is used. */
  clientSecret?: string;
  /** With these the JWT bearer flow: the app's private key in PEM, and the user it acts as. */
  privateKey?: string;
  username?: string;
  clock: Clock;
}

const Granted = z.looseObject({ access_token: z.string().min(1), instance_url: z.url() });
/** Salesforce does not say how long a token is good; a session lives two hours from its last use unless the org says otherwise. */
const goodForMs = 90 * 60_000;
const patienceMs = 15_000;

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

function assertion({ apiUrl, clientId, privateKey, username, clock }: SalesforceLogin): string {
  const claims = { iss: clientId, sub: username, aud: new URL(apiUrl).origin, exp: Math.floor(clock.now() / 1000) + 180 };
  const signed = `${part({ alg: "RS256" })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey!, "base64url")}`;
}

/** The token and the address of the org that comes with it. */
export function salesforceToken(login: SalesforceLogin): { token: CrmToken; instanceUrl(): string } {
  const { apiUrl, clientId, clientSecret, privateKey, username, clock } = login;
  if (clientSecret === undefined && (privateKey === undefined || username === undefined))
    throw new TravelAgentError("CONFIG_INVALID", "Salesforce needs channels.crm.clientSecret, or channels.crm.privateKey with channels.crm.username");
  let instance = apiUrl;

  async function fetchToken() {
    const late = new AbortController();
    const disarm = clock.after(patienceMs, () => late.abort());
    try {
      const form =
        clientSecret === undefined
          ? { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: assertion(login) }
          : { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret };
      const response = await fetch(new URL("/services/oauth2/token", apiUrl), {
        method: "POST",
        redirect: "manual",
        signal: late.signal,
        headers: { accept: "application/json", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams(form).toString(),
      });
      const body = (await response.json().catch(() => undefined)) as unknown;
      if (response.status === 400 || response.status === 401)
        throw new TravelAgentError("UNAUTHORIZED", "Salesforce refuses our credentials; check channels.crm and the app's policies");
      const granted = Granted.safeParse(body);
      if (!response.ok || !granted.success) throw new TravelAgentError("UNAVAILABLE", `Salesforce gave no token (${response.status})`);
      const { protocol } = new URL(granted.data.instance_url);
      if (protocol !== new URL(apiUrl).protocol) throw new TravelAgentError("UNAUTHORIZED", "Salesforce names an org address that is less safe than our own");
      instance = granted.data.instance_url;
      return { token: granted.data.access_token, expiresInMs: goodForMs };
    } catch (error) {
      if (TravelAgentError.is(error)) throw error;
      throw new TravelAgentError("UNAVAILABLE", "Salesforce cannot be reached for a token", { cause: error });
    } finally {
      disarm();
    }
  }

  return { token: fetchedToken(fetchToken, clock), instanceUrl: () => instance };
}
