import type { Conversation } from "@travelagent/protocol";
import { useCallback, useEffect, useState } from "react";
import type { Gateway } from "../../shared/gateway.ts";
import { useDebounced } from "../../shared/use-debounced.ts";
import { Link } from "../Link.tsx";
import { ListFoot } from "../lists/ListFoot.tsx";
import type { ListRules } from "../lists/paged.ts";
import { neighbour, useKeys } from "../lists/use-keys.ts";
import { usePaged } from "../lists/use-paged.ts";
import { go, routePath } from "../route.ts";
import { ConversationPane } from "./ConversationPane.tsx";
import { ConversationRow } from "./ConversationRow.tsx";

type StateFilter = Conversation["state"] | "all";

const filters: readonly { value: StateFilter; label: string }[] = [
  { value: "all", label: "All" },
  { value: "needs-person", label: "Needs a person" },
  { value: "person", label: "With a person" },
  { value: "agent", label: "With the assistant" },
];

const rules: ListRules<Conversation> = {
  idOf: (conversation) => conversation.id,
  compare: (a, b) => b.lastMessageAt.localeCompare(a.lastMessageAt),
};

interface Props {
  gateway: Gateway;
  openId: string | undefined;
  mayWrite: boolean;
}

export function InboxView({ gateway, openId, mayWrite }: Props) {
  const { client } = gateway;
  const [filter, setFilter] = useState<StateFilter>("all");
  const [search, setSearch] = useState("");
  const query = useDebounced(search.trim(), 250);

  const read = useCallback(
    (cursor: string | undefined) =>
      client
        .call("conversations.list", {
          limit: 50,
          ...(filter === "all" ? {} : { state: filter }),
          ...(query === "" ? {} : { query }),
          ...(cursor === undefined ? {} : { cursor }),
        })
        .then(({ conversations, nextCursor }) => ({ items: conversations, nextCursor })),
    [client, filter, query],
  );
  const { list, more, reload, changed } = usePaged(gateway, rules, read);
  // What the open conversation is, also when the list in front of it holds other ones.
  const [opened, setOpened] = useState<Conversation>();

  const note = useCallback(
    (conversation: Conversation) => {
      // Whether a new one would match the search, only the gateway knows.
      const known = query === "" || list.items.some(({ id }) => id === conversation.id);
      changed(conversation, known && (filter === "all" || conversation.state === filter));
      if (conversation.id === openId) setOpened(conversation);
    },
    [changed, filter, query, list.items, openId],
  );
  useEffect(() => client.on("conversation", ({ conversation }) => note(conversation)), [client, note]);

  const inList = list.items.find(({ id }) => id === openId);
  useEffect(() => {
    if (inList) setOpened(inList);
  }, [inList]);
  const current = inList ?? (opened?.id === openId ? opened : undefined);

  const step = (by: 1 | -1) => {
    const next = neighbour(list.items, ({ id }) => id === openId, by);
    if (next) go(routePath({ view: "inbox", id: next.id }));
  };
  useKeys({ j: () => step(1), k: () => step(-1) });

  return (
    <div className={`split${openId === undefined ? "" : " has-detail"}`}>
      <section className="split-list" aria-label="Conversations">
        <div className="list-head">
          <h1>Inbox</h1>
          <input
            className="field"
            type="search"
            placeholder="Search name or text"
            aria-label="Search conversations"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          <fieldset className="segments">
            <legend className="visually-hidden">Show conversations</legend>
            {filters.map(({ value, label }) => (
              <button key={value} type="button" className="segment" aria-pressed={filter === value} onClick={() => setFilter(value)}>
                {label}
              </button>
            ))}
          </fieldset>
        </div>
        <div className="list-scroll">
          <ul>
            {list.items.map((conversation) => (
              <li key={conversation.id}>
                <Link to={{ view: "inbox", id: conversation.id }} className="row" current={conversation.id === openId}>
                  <ConversationRow conversation={conversation} />
                </Link>
              </li>
            ))}
          </ul>
          <ListFoot
            list={list}
            empty={
              query === "" && filter === "all"
                ? { title: "No conversations yet", hint: "When a customer writes on any channel, the conversation appears here." }
                : { title: "Nothing found", hint: "Try another search or filter." }
            }
            onMore={more}
            onRetry={reload}
          />
        </div>
        <p className="key-hint">
          <kbd>j</kbd> <kbd>k</kbd> move, <kbd>t</kbd> take over or hand back
        </p>
      </section>
      <section className="split-detail" aria-label="Conversation">
        {openId === undefined ? (
          <div className="detail-empty muted">Choose a conversation to read it.</div>
        ) : (
          <ConversationPane key={openId} gateway={gateway} conversationId={openId} conversation={current} mayWrite={mayWrite} onChanged={note} />
        )}
      </section>
    </div>
  );
}
