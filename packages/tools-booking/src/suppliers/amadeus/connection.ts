import type { Clock, Logger } from "@travelagent/protocol/ports";
import { z } from "zod";
import { type SupplierHttp, singleFlightToken, supplierHttp, understand } from "../http/index.ts";
import type { AmadeusOptions } from "./options.ts";
import { problemIn } from "./problems.ts";

export const supplierId = "amadeus";

/** What Amadeus reads and writes. Its endpoints refuse other content types, a charset behind them included. */
const mediaType = "application/vnd.amadeus+json";

const grant = z.looseObject({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

type Connection = Pick<AmadeusOptions, "baseUrl" | "clientId" | "clientSecret" | "timeouts"> & { clock: Clock; log: Logger };

/** All calls to Amadeus, with one access token for all of them. */
export function amadeusHttp({ baseUrl, clientId, clientSecret, timeouts, clock, log }: Connection): SupplierHttp {
  const token = singleFlightToken(
    async () => {
      const reply = await http.read(
        {
          method: "POST",
          path: "v1/security/oauth2/token",
          route: "oauth2/token",
          form: { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret },
          anonymous: true,
        },
        { signal: new AbortController().signal, requestId: "token" },
      );
      const given = understand(supplierId, "read", () => grant.parse(reply.body));
      return { token: given.access_token, expiresInMs: given.expires_in * 1000 };
    },
    { clock },
  );
  const http: SupplierHttp = supplierHttp({
    supplier: supplierId,
    baseUrl,
    clock,
    log,
    token,
    problemIn,
    ...(timeouts?.readMs === undefined ? {} : { readTimeoutMs: timeouts.readMs }),
    ...(timeouts?.writeMs === undefined ? {} : { writeTimeoutMs: timeouts.writeMs }),
    headers: ({ json }, requestId) => ({
      accept: `${mediaType}, application/json`,
      ...(json === undefined ? {} : { "content-type": mediaType }),
      "ama-client-ref": requestId,
    }),
  });
  return http;
}
