import type { HttpRoute } from "@travelagent/gateway-core";
import type { Logger } from "@travelagent/protocol/ports";
import type { Bookings } from "@travelagent/tools-booking";
import { webhookRoutes } from "./webhook-routes.ts";

const idsOf = (suppliers: ReturnType<Bookings["suppliers"]>): string[] => suppliers.filter(({ webhooks }) => webhooks).map(({ id }) => id);

/** Suppliers give up after five seconds or more. */
export const supplierWebhooks = ({ receiveSupplierNews, suppliers }: Pick<Bookings, "receiveSupplierNews" | "suppliers">, log: Logger): HttpRoute[] =>
  webhookRoutes({ kind: "supplier", ids: idsOf(suppliers()), patienceMs: 5000, receive: receiveSupplierNews }, log);
