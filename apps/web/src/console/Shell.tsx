import { useEffect } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { ConnectionBanner } from "../shared/ConnectionBanner.tsx";
import type { Gateway } from "../shared/gateway.ts";
import { useConnection } from "../shared/use-connection.ts";
import { ApprovalsView } from "./approvals/ApprovalsView.tsx";
import { BookingsView } from "./bookings/BookingsView.tsx";
import type { Session } from "./http.ts";
import { InboxView } from "./inbox/InboxView.tsx";
import { Link } from "./Link.tsx";
import { go, isView, useRoute, type View } from "./route.ts";

const views: readonly { view: View; label: string; icon: string }[] = [
  { view: "inbox", label: "Inbox", icon: "M4 5h16v10h-4l-2 3h-4l-2-3H4z" },
  { view: "bookings", label: "Bookings", icon: "M5 4h14v16l-3.5-2-3.5 2-3.5-2L5 20zM8.5 9h7M8.5 13h5" },
  { view: "approvals", label: "Approvals", icon: "M12 3l7 3v6c0 4-3 7-7 9-4-2-7-5-7-9V6zM8.5 12l2.5 2.5 4.5-5" },
];

interface Props {
  gateway: Gateway;
  session: Session;
  onSignOut: () => Promise<void>;
  /** The gateway no longer takes this page's cookie. */
  onRefused: () => void;
}

export function Shell({ gateway, session, onSignOut, onRefused }: Props) {
  const connection = useConnection(gateway);
  const route = useRoute();
  const refused = connection.status === "stopped" && connection.error?.code === "UNAUTHORIZED";
  useEffect(() => {
    if (refused) onRefused();
  }, [refused, onRefused]);
  useEffect(() => {
    // The address always says what is shown.
    if (!isView(location.pathname)) go("/inbox", { replace: true });
  });
  useEffect(() => {
    document.title = `${views.find(({ view }) => view === route.view)?.label} · Travel Agent OS`;
  }, [route.view]);
  const scopes = connection.status === "ready" ? connection.hello.auth?.scopes : undefined;
  // Only what it surely may not do is hidden; the gateway decides in any case.
  const mayWrite = scopes === undefined || scopes.includes("operator.write") || scopes.includes("operator.admin");
  return (
    <div className="shell">
      <nav className="nav" aria-label="Console">
        <div className="nav-brand">
          <BrandMark />
          <span>Travel Agent OS</span>
        </div>
        <ul className="nav-links">
          {views.map(({ view, label, icon }) => (
            <li key={view}>
              <Link to={{ view }} className="nav-link" current={route.view === view}>
                <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
                  <path d={icon} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" strokeLinecap="round" />
                </svg>
                {label}
              </Link>
            </li>
          ))}
        </ul>
        <div className="nav-foot">
          {session.actor && <span className="nav-actor">{session.actor}</span>}
          <a href="/chat" target="_blank" rel="noreferrer">
            Open web chat
          </a>
          <button type="button" className="link-button" onClick={() => void onSignOut()}>
            Sign out
          </button>
        </div>
      </nav>
      <div className="stage">
        <ConnectionBanner state={connection} />
        {route.view === "inbox" && <InboxView gateway={gateway} openId={route.id} mayWrite={mayWrite} />}
        {route.view === "bookings" && <BookingsView gateway={gateway} openId={route.id} />}
        {route.view === "approvals" && <ApprovalsView gateway={gateway} />}
      </div>
    </div>
  );
}
