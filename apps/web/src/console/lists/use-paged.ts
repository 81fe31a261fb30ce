import { useCallback, useEffect, useReducer, useRef } from "react";
import { errorText } from "../../shared/error-text.ts";
import type { Gateway } from "../../shared/gateway.ts";
import { emptyList, type ListRules, type Paged, pagedReducer } from "./paged.ts";

export interface Page<T> {
  items: readonly T[];
  nextCursor?: string | undefined;
}

export interface PagedList<T> {
  list: Paged<T>;
  more(): void;
  reload(): void;
  /** A new state of an item, from an event or from the answer to a call. */
  changed(item: T, wanted: boolean): void;
}

/** Reads a list from its start whenever `read` changes, on every new connection and after missed events. `rules` never change. */
export function usePaged<T>(gateway: Gateway, rules: ListRules<T>, read: (cursor: string | undefined) => Promise<Page<T>>): PagedList<T> {
  const { client } = gateway;
  const reducer = useRef(pagedReducer(rules)).current;
  const [list, dispatch] = useReducer(reducer, emptyList as Paged<T>);
  const latest = useRef(0);

  const fetchPage = useCallback(
    (cursor: string | undefined) => {
      const mine = ++latest.current;
      read(cursor).then(
        ({ items, nextCursor }) => {
          if (mine === latest.current) dispatch({ type: "page", items, nextCursor, first: cursor === undefined });
        },
        (error) => {
          if (mine === latest.current) dispatch({ type: "failed", error: errorText(error) });
        },
      );
    },
    [read],
  );
  const load = useCallback(
    (clear: boolean) => {
      dispatch({ type: "load", clear });
      // Without a connection the next one brings a refresh, and with it the first page.
      if (client.state.status === "ready") fetchPage(undefined);
    },
    [client, fetchPage],
  );

  useEffect(() => {
    load(true);
    return gateway.onRefresh(() => load(false));
  }, [gateway, load]);

  return {
    list,
    more: () => {
      dispatch({ type: "more" });
      fetchPage(list.nextCursor);
    },
    reload: () => load(false),
    changed: useCallback((item: T, wanted: boolean) => dispatch({ type: "changed", item, wanted }), []),
  };
}
