import type { ClientState } from "@travelagent/client";
import { useEffect, useState } from "react";
import { useTexts } from "../texts/texts.ts";

const hiccupMs = 1200;

/** Says in words that the connection is down. A short hiccup shows nothing. */
export function ConnectionBanner({ state }: { state: ClientState }) {
  const down = state.status === "waiting" || state.status === "connecting";
  const texts = useTexts();
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
        <span>
          {texts.refused} {refused.message}.
        </span>
        <button type="button" className="button button-small" onClick={() => location.reload()}>
          {texts.reload}
        </button>
      </div>
    );
  }
  return (
    <div role="status">
      {down && long && (
        <div className="banner banner-warning">
          <span className="spinner" aria-hidden="true" />
          <span>{texts.noConnection}</span>
        </div>
      )}
    </div>
  );
}
