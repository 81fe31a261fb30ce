import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";

export interface Session {
  /** Who is signed in, for the person to see. */
  actor?: string;
}

/** Null when nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  const response = await ask("/api/session", { headers: { accept: "application/json" } });
  if (response.status === 401) return null;
  if (!response.ok) throw await failure(response);
  const { authenticated, actor } = (await response.json()) as { authenticated?: boolean; actor?: string };
  if (authenticated === false) return null;
  return actor === undefined ? {} : { actor };
}

/** Trades the gateway's token, or a one-time code from the command line, for a cookie that scripts cannot read. */
export const signIn = (proof: { token: string } | { code: string }): Promise<void> => post("/login", proof);

export const signOut = (): Promise<void> => post("/logout", {});

async function post(path: string, body: unknown): Promise<void> {
  const response = await ask(path, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-travelagent-csrf": "1" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await failure(response);
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (cause) {
    throw new TravelAgentError("UNAVAILABLE", "the gateway does not answer; check that it is running", { cause });
  }
}

async function failure(response: Response): Promise<TravelAgentError> {
  const body = (await response.json().catch(() => null)) as { error?: Partial<ErrorShape> } | null;
  const code = body?.error?.code ?? (response.status === 401 ? "UNAUTHORIZED" : response.status === 429 ? "RATE_LIMITED" : "INTERNAL");
  return TravelAgentError.fromShape({ code, message: body?.error?.message ?? `the gateway answered ${response.status}` });
}
