import type { GatewayConfig } from "@travelagent/config";
import { type HttpRoute, json, readCookie, type Visitors, visitorCookie, visitorCookies } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Address } from "@travelagent/protocol/messages";
import type { Clock } from "@travelagent/protocol/ports";
import type { AgencyOf } from "@travelagent/tools-crm";
import type { Linking, SiteCustomer } from "@travelagent/tools-crm/linking";
import * as z from "zod";

/** For so long a site's word about its visitor counts; a page asks for a fresh one when it is loaded. */
const longestLifeSeconds = 600;

const Claims = z.looseObject({
  sub: z.string().min(1).max(200),
  jti: z.string().min(8).max(200),
  iat: z.number(),
  exp: z.number(),
  name: z.string().min(1).max(200).optional(),
  email: z.email().max(320).optional(),
  email_verified: z.boolean().optional(),
  phone_number: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .optional(),
  phone_number_verified: z.boolean().optional(),
});

/** Of a site that signs who is signed in there: claims by the names of OpenID Connect. Raises `UNAUTHORIZED` for everything else. */
export async function siteCustomer(token: string, secret: string, now: number): Promise<{ who: SiteCustomer; tokenId: string }> {
  const { jwtVerify } = await import("jose");
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
      algorithms: ["HS256"],
      audience: "travelagent",
      currentDate: new Date(now),
      clockTolerance: 30,
      requiredClaims: ["sub", "jti", "iat", "exp"],
    });
    const claims = Claims.parse(payload);
    if (claims.exp - claims.iat > longestLifeSeconds) throw new Error(`it may live ${longestLifeSeconds} s at most`);
    const email = claims.email_verified ? claims.email : undefined;
    const phone = claims.phone_number_verified ? claims.phone_number : undefined;
    return {
      who: {
        subject: claims.sub,
        name: claims.name ?? email ?? "Customer",
        ...(email === undefined ? {} : { email }),
        ...(phone === undefined ? {} : { phone }),
      },
      tokenId: claims.jti,
    };
  } catch (error) {
    throw new TravelAgentError(
      "UNAUTHORIZED",
      `the site's token is not accepted: ${error instanceof z.ZodError ? "a claim is missing or has another form" : (error as Error).message}`,
    );
  }
}

export interface SiteIdentityOptions {
  config: () => GatewayConfig;
  visitors: Visitors;
  vouch: Linking["vouch"];
  /** Where a visitor's conversation lives. */
  addressOf(visitorId: string): Address;
  agencyOf: AgencyOf;
  clock: Clock;
}

/**
 * `POST /chat/identify` with a token that the agency's site signed for whoever is signed in there. The visitor of this browser is that
 * customer from then on. A browser in which somebody else was known before gets a conversation of its own (`fresh`): load the page again.
 */
export function siteIdentityRoutes({ config, visitors, vouch, addressOf, agencyOf, clock }: SiteIdentityOptions): HttpRoute[] {
  /** Tokens that were used, until they are too old to be used again. A restart forgets them: one used before it makes the same person the same customer again. */
  const used = new Map<string, number>();

  return [
    {
      method: "POST",
      path: "/chat/identify",
      auth: "none",
      csrf: true,
      async handle(request) {
        const secret = config().channels.webchat?.identitySecret;
        if (secret === undefined) throw new TravelAgentError("NOT_FOUND", "sites do not say here who their visitors are");
        const visitorId = visitors.verify(readCookie(request.headers.cookie, visitorCookie) ?? "");
        if (visitorId === undefined) throw new TravelAgentError("UNAUTHORIZED", "open the chat page first");
        const given = z.strictObject({ token: z.string().max(4096) }).safeParse(await request.json(8192));
        if (!given.success) throw new TravelAgentError("INVALID_REQUEST", "the body is {token}");
        const now = clock.now();
        const { who, tokenId } = await siteCustomer(given.data.token, secret, now);
        for (const [id, until] of used) if (until < now) used.delete(id);
        const before = used.get(tokenId);
        if (before !== undefined) throw new TravelAgentError("CONFLICT", "this token was used already: make a new one for each page");
        used.set(tokenId, now + 2 * longestLifeSeconds * 1000);
        const link = (id: string) => {
          const address = addressOf(id);
          const { channel, accountId, peerId } = address;
          const agency = agencyOf(address);
          const place = { sessionKey: visitors.sessionKeyOf(id), channel, accountId, peerId, ...(agency === undefined ? {} : { agency }) };
          return vouch(place, who, { idempotencyKey: `${tokenId}:${id}` });
        };
        try {
          await link(visitorId);
          return json({ ok: true, fresh: false });
        } catch (error) {
          if (!TravelAgentError.is(error, "CONFLICT")) throw error;
          const cookie = visitors.issue();
          await link(visitors.verify(cookie)!);
          return json({ ok: true, fresh: true }, { headers: { "set-cookie": visitorCookies(cookie, request) } });
        }
      },
    },
  ];
}
