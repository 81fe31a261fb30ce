import { useCallback, useEffect, useState } from "react";
import { errorText } from "../shared/error-text.ts";
import { createGateway, type Gateway } from "../shared/gateway.ts";
import { readSession, type Session, signIn, signOut } from "./http.ts";
import { go } from "./route.ts";
import { Shell } from "./Shell.tsx";
import { SignInPage } from "./SignInPage.tsx";

type Phase = { name: "loading" } | { name: "out"; error?: string } | { name: "in"; session: Session; gateway: Gateway } | { name: "broken"; error: string };

/** Signed in or not. The proof is a cookie that no script can read; this page only asks whether it is there. */
export function ConsoleApp() {
  const [phase, setPhase] = useState<Phase>({ name: "loading" });

  const enter = useCallback(async (error?: string) => {
    try {
      const session = await readSession();
      if (session) {
        setPhase({ name: "in", session, gateway: createGateway("operator") });
      } else setPhase({ name: "out", ...(error === undefined ? {} : { error }) });
    } catch (failure) {
      setPhase({ name: "broken", error: errorText(failure) });
    }
  }, []);

  useEffect(() => {
    const code = location.pathname === "/login" ? location.hash.slice(1) : "";
    if (code === "") {
      void enter();
      return;
    }
    // The code works once, but it has no business in the history of the browser.
    go("/login", { replace: true });
    signIn({ code }).then(
      () => enter(),
      (failure) => enter(`This link does not work any more. ${errorText(failure)}`),
    );
  }, [enter]);

  switch (phase.name) {
    case "loading":
      return <p className="page-note muted">Loading …</p>;
    case "broken":
      return (
        <div className="page-note" role="alert">
          <p>{phase.error}</p>
          <button type="button" className="button" onClick={() => void enter()}>
            Try again
          </button>
        </div>
      );
    case "out":
      return (
        <SignInPage
          error={phase.error}
          onToken={async (token) => {
            await signIn({ token });
            await enter();
          }}
        />
      );
    case "in":
      return (
        <Shell
          gateway={phase.gateway}
          session={phase.session}
          onSignOut={async () => {
            phase.gateway.client.stop();
            await signOut().catch(() => {});
            await enter();
            go("/", { replace: true });
          }}
          onRefused={() => void enter("Your session has ended. Please sign in again.")}
        />
      );
  }
}
