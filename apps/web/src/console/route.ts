import { useCallback, useSyncExternalStore } from "react";

export type View = "inbox" | "bookings" | "approvals";

export interface Route {
  view: View;
  /** The opened conversation or booking. */
  id: string | undefined;
}

/** False for an address that shows nothing of its own. */
export const isView = (pathname: string): boolean => /^\/(inbox|bookings|approvals)\/?$/.test(pathname);

/** What an address of the console shows; anything unknown is the inbox. */
export function parseRoute(pathname: string, search: string): Route {
  const view = (["bookings", "approvals"] as const).find((name) => pathname === `/${name}` || pathname === `/${name}/`) ?? "inbox";
  return { view, id: new URLSearchParams(search).get("id") ?? undefined };
}

export const routePath = ({ view, id }: { view: View; id?: string | undefined }): string =>
  `/${view}${id === undefined ? "" : `?${new URLSearchParams({ id })}`}`;

const changed = "travelagent:route";

/** Goes to another view; `replace` leaves no step for the back button. */
export function go(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, "", path);
  else if (path !== location.pathname + location.search) history.pushState(null, "", path);
  dispatchEvent(new Event(changed));
}

export function useRoute(): Route {
  const subscribe = useCallback((listener: () => void) => {
    addEventListener("popstate", listener);
    addEventListener(changed, listener);
    return () => {
      removeEventListener("popstate", listener);
      removeEventListener(changed, listener);
    };
  }, []);
  useSyncExternalStore(subscribe, () => location.pathname + location.search);
  return parseRoute(location.pathname, location.search);
}
