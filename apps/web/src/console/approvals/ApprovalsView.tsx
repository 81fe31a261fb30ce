import type { Approval } from "@travelagent/protocol";
import { useCallback, useEffect, useState } from "react";
import type { Gateway } from "../../shared/gateway.ts";
import { useNow } from "../../shared/use-now.ts";
import { ListFoot } from "../lists/ListFoot.tsx";
import type { ListRules } from "../lists/paged.ts";
import { neighbour, useKeys } from "../lists/use-keys.ts";
import { usePaged } from "../lists/use-paged.ts";
import { ApprovalCard } from "./ApprovalCard.tsx";

type Filter = "pending" | "all";

const rules: ListRules<Approval> = {
  idOf: (approval) => approval.id,
  compare: (a, b) => b.requestedAt.localeCompare(a.requestedAt),
  // A decision is final, so an older event never opens it again.
  isNewer: (approval, shown) => approval.status !== "pending" || shown.status === "pending",
};

export function ApprovalsView({ gateway }: { gateway: Gateway }) {
  const { client } = gateway;
  const [filter, setFilter] = useState<Filter>("pending");
  const [said, setSaid] = useState("");
  const read = useCallback(
    (cursor: string | undefined) =>
      client
        .call("approvals.list", { limit: 50, ...(filter === "pending" ? { status: "pending" as const } : {}), ...(cursor === undefined ? {} : { cursor }) })
        .then(({ approvals, nextCursor }) => ({ items: approvals, nextCursor })),
    [client, filter],
  );
  const { list, more, reload, changed } = usePaged(gateway, rules, read);
  const note = useCallback((approval: Approval) => changed(approval, filter === "all" || approval.status === "pending"), [changed, filter]);
  useEffect(() => client.on("approval", ({ approval }) => note(approval)), [client, note]);
  const now = useNow(list.items.some(({ status }) => status === "pending"));

  const step = (by: 1 | -1) => {
    const next = neighbour(list.items, ({ id }) => document.activeElement?.closest("[data-approval]")?.getAttribute("data-approval") === id, by);
    if (next) document.querySelector<HTMLElement>(`[data-approval="${CSS.escape(next.id)}"]`)?.focus();
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  return (
    <section className="board" aria-label="Approvals">
      <div className="list-head list-head-row">
        <h1>Approvals</h1>
        <fieldset className="segments">
          <legend className="visually-hidden">Show approvals</legend>
          {(["pending", "all"] as const).map((value) => (
            <button key={value} type="button" className="segment" aria-pressed={filter === value} onClick={() => setFilter(value)}>
              {value === "pending" ? "Waiting" : "All"}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="list-scroll board-scroll">
        <p role="status" className={said === "" ? "visually-hidden" : "said"}>
          {said}
        </p>
        <ul className="approvals">
          {list.items.map((approval) => (
            <li key={approval.id}>
              <ApprovalCard
                gateway={gateway}
                approval={approval}
                now={now}
                onDecided={(next) => {
                  note(next);
                  setSaid(`${next.title}: ${next.status}.`);
                }}
              />
            </li>
          ))}
        </ul>
        <ListFoot
          list={list}
          empty={
            filter === "pending"
              ? { title: "Nothing waits for you", hint: "Refunds, tickets and other actions above the policy's limits wait here for a person." }
              : { title: "No approvals yet", hint: "What the policy sends to a person appears here." }
          }
          onMore={more}
          onRetry={reload}
        />
      </div>
    </section>
  );
}
