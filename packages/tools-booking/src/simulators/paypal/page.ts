import type { Answer, Route, SimulatedRequest } from "../kit/index.ts";
import { payPage } from "../pay-page.ts";
import type { OrderDoc, PayPalBooks } from "./books.ts";
import type { Announce } from "./events.ts";
import { loadOrder, originOf } from "./orders.ts";
import { orderView } from "./views.ts";

const gone = (): Answer => payPage({ status: 410, title: "This page has expired", text: "Ask for a new link to pay.", actions: [] });
const back = (url: string, order: OrderDoc, more = ""): Answer => ({
  status: 303,
  headers: { location: url === "" ? "/" : `${url}${url.includes("?") ? "&" : "?"}token=${order.id}${more}` },
});

/** The page on which the payer is played: approve, or turn back. */
export function pageRoutes(books: PayPalBooks, announce: Announce, inTurn: <T>(work: () => Promise<T>) => Promise<T>): Route[] {
  const orderOf = ({ query }: SimulatedRequest) => loadOrder(books, query.get("token") ?? "");
  const isOpen = (order: OrderDoc | undefined): order is OrderDoc => order?.status === "CREATED" || order?.status === "PAYER_ACTION_REQUIRED";
  return [
    {
      method: "GET",
      path: "/checkoutnow",
      name: "pay-page",
      open: true,
      async handle(request) {
        const order = await orderOf(request);
        if (!isOpen(order)) return gone();
        const { value, currency_code: currency } = order.unit.amount;
        return payPage({
          title: `Pay ${value} ${currency}`,
          text: "Choose what the customer does.",
          actions: [
            { action: "pay", label: "Approve" },
            { action: "cancel", label: "Turn back" },
          ],
        });
      },
    },
    {
      method: "POST",
      path: "/checkoutnow",
      name: "pay",
      open: true,
      handle: (request) =>
        inTurn(async () => {
          const order = await orderOf(request);
          if (!isOpen(order)) return gone();
          if (request.form.get("action") !== "pay") return back(order.cancelUrl, order);
          const after: OrderDoc = { ...order, status: "APPROVED" };
          await books.orders.put(order.id, after);
          announce("CHECKOUT.ORDER.APPROVED", "checkout-order", await orderView(books, originOf(request), after));
          return back(order.returnUrl, order, "&PayerID=SIMULATED");
        }),
    },
  ];
}
