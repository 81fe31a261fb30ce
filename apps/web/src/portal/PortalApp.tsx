import { useCallback, useEffect, useState } from "react";
import { errorText } from "../shared/error-text.ts";
import { type Home, readHome } from "./api.ts";
import { EnterPage } from "./EnterPage.tsx";
import { HomePage } from "./HomePage.tsx";
import { tokenIn } from "./link-token.ts";

type View = { at: "loading" } | { at: "enter"; token?: string } | { at: "home"; home: Home } | { at: "error"; text: string };

/** A customer's own page: let in by a link, known by a cookie from then on. */
export function PortalApp() {
  const [view, setView] = useState<View>({ at: "loading" });

  const load = useCallback(
    () =>
      readHome().then(
        (home) => setView(home ? { at: "home", home } : { at: "enter" }),
        (error: unknown) => setView((before) => (before.at === "home" ? before : { at: "error", text: errorText(error) })),
      ),
    [],
  );

  useEffect(() => {
    const token = tokenIn(location.hash);
    // A link may be somebody else's of this household: the person decides to open it.
    if (token === undefined) void load();
    else setView({ at: "enter", token });
  }, [load]);

  const entered = () => {
    history.replaceState(null, "", "#trips");
    setView({ at: "loading" });
    void load();
  };

  if (view.at === "home") return <HomePage home={view.home} onReload={load} />;
  if (view.at === "enter") return <EnterPage {...(view.token === undefined ? {} : { token: view.token })} onEntered={entered} />;
  return (
    <main className="portal-card">
      {view.at === "loading" ? (
        <p className="muted centered" role="status">
          Opening your page …
        </p>
      ) : (
        <>
          <p role="alert">{view.text}</p>
          <button type="button" className="button" onClick={() => void load()}>
            Try again
          </button>
        </>
      )}
    </main>
  );
}
