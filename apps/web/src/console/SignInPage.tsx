import { TravelAgentError } from "@travelagent/protocol";
import { type SubmitEvent, useState } from "react";
import { BrandMark } from "../shared/BrandMark.tsx";
import { errorText } from "../shared/error-text.ts";

interface Props {
  error: string | undefined;
  onToken: (token: string) => Promise<void>;
}

/** The front door: customers go to the chat, the agency's people sign in. */
export function SignInPage({ error, onToken }: Props) {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState(error);
  const [busy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (token.trim() === "") {
      setProblem("Enter the gateway's token.");
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await onToken(token.trim());
    } catch (failure) {
      setProblem(TravelAgentError.is(failure, "UNAUTHORIZED") ? "This is not the gateway's token. Check it and try again." : errorText(failure));
      setBusy(false);
    }
  };

  return (
    <main className="door">
      <div className="door-column">
        <div className="door-brand">
          <BrandMark />
          <h1>Travel Agent OS</h1>
          <p className="muted">The front office of a travel agency: every conversation, booking and approval in one place.</p>
        </div>
        <a className="door-chat" href="/chat">
          <span>
            <strong>Plan or change a trip</strong>
            <span>Open the web chat as a customer. No account needed.</span>
          </span>
          <span aria-hidden="true">→</span>
        </a>
        <form className="panel" onSubmit={submit}>
          <h2>Sign in to the console</h2>
          <label htmlFor="token">Gateway token</label>
          <input
            id="token"
            className="field"
            type="password"
            autoComplete="current-password"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            aria-describedby="token-hint"
            aria-invalid={problem !== undefined}
          />
          <p id="token-hint" className="muted small">
            The line the gateway printed when it started has a link that signs you in. The token is the one it was started with, or keeps in its state
            directory.
          </p>
          {problem && (
            <p className="form-error" role="alert">
              {problem}
            </p>
          )}
          <button type="submit" className="button button-primary" disabled={busy}>
            {busy ? "Signing in …" : "Sign in"}
          </button>
        </form>
      </div>
    </main>
  );
}
