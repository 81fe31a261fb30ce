import type { HttpRoute } from "@travelagent/gateway-core";
import type { Logger } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";
import { webhookRoutes } from "./webhook-routes.ts";

const idsOf = (providers: ReturnType<Bookings["paymentProviders"]>): string[] => providers.filter(({ webhooks }) => webhooks).map(({ id }) => id);

/** Providers give up after ten seconds or more. */
export const paymentWebhooks = ({ receivePayment, paymentProviders }: Pick<Bookings, "receivePayment" | "paymentProviders">, log: Logger): HttpRoute[] =>
  webhookRoutes({ kind: "payment provider", ids: idsOf(paymentProviders()), patienceMs: 10_000, receive: receivePayment }, log);
