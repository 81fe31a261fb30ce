import type { ClientState } from "@travelagent/client";
import { useEffect, useState } from "react";

const hiccupMs = 1200;

/** Says in words that the connection is down. A short hiccup shows nothing. */
export function ConnectionBanner({ state }: { state: ClientState }) {
  const down = state.status === "waiting" || state.status === "connecting";
  const [long, setLong] = useState(false);
  useEffect(() => {
    setLong(false);
    if (!down) return;
    const timer = setTimeout(() => setLong(true), hiccupMs);
    return () => clearTimeout(timer);
  }, [down]);
  const refused = state.status === "stopped" ? state.error : undefined;
  if (refused) {
    return (
      <div className="banner banner-danger" role="alert">
        <span>The desk did not let this page in: {refused.message}.</span>
        <button type="button" className="button button-small" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
  return (
    <div role="status">
      {down && long && (
        <div className="banner banner-warning">
          <span className="spinner" aria-hidden="true" />
          <span>No connection. We keep trying, and what you write is sent as soon as we are back.</span>
        </div>
      )}
    </div>
  );
}
