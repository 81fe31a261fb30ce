import { TravelAgentError } from "@travelagent/protocol";
import { useState } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { errorText } from "../shared/error-text.ts";
import { askForLink, openWith, readHome } from "./api.ts";

type State = { at: "ready" | "busy" | "asked" } | { at: "refused"; text: string };

/** In front of the page. Opening is a press of a button, so that programs that look at links in messages use none up. */
export function EnterPage({ token, onEntered }: { token?: string; onEntered: () => void }) {
  const [state, setState] = useState<State>({ at: "ready" });

  const enter = async (given: string) => {
    setState({ at: "busy" });
    try {
      await openWith(given);
      onEntered();
    } catch (error) {
      // Opened here before: the cookie of that time still counts.
      if (TravelAgentError.is(error, "CONFLICT") && (await readHome().catch(() => null))) return onEntered();
      setState({ at: "refused", text: errorText(error) });
    }
  };
  const renew = async (given: string) => {
    setState({ at: "busy" });
    try {
      await askForLink(given);
      setState({ at: "asked" });
    } catch (error) {
      setState({ at: "refused", text: errorText(error) });
    }
  };

  return (
    <main className="portal-card">
      <BrandMark />
      <h1>Your travel page</h1>
      {token === undefined ? (
        <p>
          Open it with the link that the agency sent you. If you have none, or it no longer works, write to the agency in the chat where you usually talk and
          ask for a link.
        </p>
      ) : (
        <>
          <p>Your trips, papers, quotes and messages in one place. This link opens in one browser, so do it where you will use it.</p>
          {state.at === "refused" && <p role="alert">{state.text}</p>}
          {state.at === "asked" && <p role="status">If this link was yours, a new one is in the conversation where you got it.</p>}
          {(state.at === "ready" || state.at === "busy") && (
            <button type="button" className="button button-primary" disabled={state.at === "busy"} onClick={() => void enter(token)}>
              {state.at === "busy" ? "Opening …" : "Open my page"}
            </button>
          )}
          {state.at === "refused" && (
            <button type="button" className="button" onClick={() => void renew(token)}>
              Send me a new link
            </button>
          )}
        </>
      )}
    </main>
  );
}
