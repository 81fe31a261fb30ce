import type { Paged } from "./paged.ts";

interface Props {
  list: Paged<unknown>;
  empty: { title: string; hint: string };
  onMore: () => void;
  onRetry: () => void;
}

/** What stands below the items: reading, nothing there, more to load, or what went wrong. */
export function ListFoot({ list, empty, onMore, onRetry }: Props) {
  if (list.status === "failed") {
    return (
      <div className="list-foot" role="alert">
        <p className="list-error">{list.error}</p>
        <button type="button" className="button button-small" onClick={onRetry}>
          Try again
        </button>
      </div>
    );
  }
  if (list.status === "loading" && list.items.length === 0) return <p className="list-foot muted">Loading …</p>;
  if (list.items.length === 0) {
    return (
      <div className="list-foot">
        <p className="empty-title">{empty.title}</p>
        <p className="muted">{empty.hint}</p>
      </div>
    );
  }
  if (list.nextCursor === undefined) return null;
  return (
    <div className="list-foot">
      <button type="button" className="button button-small" onClick={onMore} disabled={list.status === "loading-more"}>
        {list.status === "loading-more" ? "Loading …" : "Load more"}
      </button>
    </div>
  );
}
