import type { Booking, BookingStatus } from "@travelagent/protocol";
import { useCallback, useEffect, useState } from "react";
import { money, shortTime } from "../../shared/format.ts";
import type { Gateway } from "../../shared/gateway.ts";
import { useDebounced } from "../../shared/use-debounced.ts";
import { en } from "../../texts/en.ts";
import { Legs } from "../../thread/Legs.tsx";
import { StatusBadge, statusLabel } from "../../thread/StatusBadge.tsx";
import { Link } from "../Link.tsx";
import { ListFoot } from "../lists/ListFoot.tsx";
import type { ListRules } from "../lists/paged.ts";
import { neighbour, useKeys } from "../lists/use-keys.ts";
import { usePaged } from "../lists/use-paged.ts";
import { go, routePath } from "../route.ts";
import { BookingDetail } from "./BookingDetail.tsx";

const statuses: readonly BookingStatus[] = [
  "pending",
  "held",
  "confirmed",
  "ticketed",
  "unknown",
  "cancellation-pending",
  "cancelled",
  "voided",
  "refunded",
  "failed",
  "needs-human",
];

const rules: ListRules<Booking> = {
  idOf: (booking) => booking.id,
  compare: (a, b) => b.createdAt.localeCompare(a.createdAt),
  isNewer: (booking, shown) => booking.version >= shown.version,
};

const who = ({ travellers, customerId }: Booking): string => {
  const [lead, ...others] = travellers;
  return lead ? `${lead.name}${others.length > 0 ? ` + ${others.length}` : ""}` : customerId;
};

export function BookingsView({ gateway, openId }: { gateway: Gateway; openId: string | undefined }) {
  const { client } = gateway;
  const [status, setStatus] = useState<BookingStatus | "all">("all");
  const [search, setSearch] = useState("");
  const query = useDebounced(search.trim(), 250);

  const read = useCallback(
    (cursor: string | undefined) =>
      client
        .call("bookings.list", {
          limit: 50,
          ...(status === "all" ? {} : { status }),
          ...(query === "" ? {} : { query }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        .then(({ bookings, nextCursor }) => ({ items: bookings, nextCursor })),
    [client, status, query],
  );
  const { list, more, reload, changed } = usePaged(gateway, rules, read);
  useEffect(
    () =>
      client.on("booking", ({ booking }) => {
        const known = query === "" || list.items.some(({ id }) => id === booking.id);
        changed(booking, known && (status === "all" || booking.status === status));
      }),
    [client, changed, query, status, list.items],
  );

  const step = (by: 1 | -1) => {
    const next = neighbour(list.items, ({ id }) => id === openId, by);
    if (next) go(routePath({ view: "bookings", id: next.id }));
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  return (
    <div className={`split split-wide${openId === undefined ? "" : " has-detail"}`}>
      <section className="split-list" aria-label="Bookings">
        <div className="list-head list-head-row">
          <h1>Bookings</h1>
          <input
            className="field"
            type="search"
            placeholder="Search reference or name"
            aria-label="Search bookings"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <select
            className="field field-select"
            aria-label="Status"
            value={status}
            onChange={(event) => setStatus(event.target.value as BookingStatus | "all")}
          >
            <option value="all">All statuses</option>
            {statuses.map((value) => (
              <option key={value} value={value}>
                {statusLabel(value, en)}
              </option>
            ))}
          </select>
        </div>
        <div className="list-scroll">
          {list.items.length > 0 && (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Reference</th>
                  <th scope="col">Status</th>
                  <th scope="col">Who</th>
                  <th scope="col">What</th>
                  <th scope="col" className="number">
                    Total
                  </th>
                  <th scope="col">Created</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((booking) => (
                  <tr key={booking.id} aria-current={booking.id === openId ? "true" : undefined}>
                    <th scope="row">
                      <Link to={{ view: "bookings", id: booking.id }} className="cell-link reference-small" current={booking.id === openId}>
                        {booking.reference}
                      </Link>
                    </th>
                    <td>
                      <StatusBadge status={booking.status} />
                    </td>
                    <td>{who(booking)}</td>
                    <td className="cell-what">
                      <Legs text={booking.items[0]?.summary ?? "Nothing yet"} />
                      {booking.items.length > 1 && <span className="muted"> and {booking.items.length - 1} more</span>}
                    </td>
                    <td className="number">{money(booking.total)}</td>
                    <td className="muted cell-created">{shortTime(Date.parse(booking.createdAt), Date.now())}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          <ListFoot
            list={list}
            empty={
              query === "" && status === "all"
                ? { title: "No bookings yet", hint: "Every booking made in a conversation appears here." }
                : { title: "Nothing found", hint: "Try another search or status." }
            }
            onMore={more}
            onRetry={reload}
          />
        </div>
      </section>
      {openId !== undefined && (
        <section className="split-detail" aria-label="Booking">
          <BookingDetail key={openId} gateway={gateway} id={openId} />
        </section>
      )}
    </div>
  );
}
