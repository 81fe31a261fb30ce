import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import * as z from "zod";
import type { Authenticator } from "../auth/auth.ts";
import { describeIssues } from "../router/issues.ts";
import { readCookie, writeCookie } from "./cookies.ts";
import { sessionCookie } from "./http.ts";
import { type HttpRequest, type HttpRoute, json } from "./route.ts";

const maxLoginBody = 16 * 1024;
const secret = z.string().min(1).max(4096).optional();
const Login = z.strictObject({ token: secret, password: secret, code: secret });

/** Signing in to the console. The cookie is the session; the token never reaches a script's storage. */
export function consoleRoutes(auth: Authenticator, clock: Clock): HttpRoute[] {
  return [
    {
      method: "GET",
      path: "/api/session",
      auth: "none",
      handle: (request) => json({ mode: auth.mode, ...sessionOf(request, auth) }),
    },
    {
      method: "POST",
      path: "/login",
      auth: "none",
      csrf: true,
      async handle(request) {
        const parsed = Login.safeParse(await request.json(maxLoginBody));
        if (!parsed.success) throw new TravelAgentError("INVALID_REQUEST", `invalid login: ${describeIssues(parsed.error).text}`);
        const session = auth.logIn(parsed.data, request.peer);
        const maxAgeSeconds = Math.floor((session.expiresAt - clock.now()) / 1000);
        const cookie = writeCookie(sessionCookie, session.value, { sameSite: "Strict", maxAgeSeconds, secure: request.peer.secure });
        return json({ ok: true, actor: session.actor, expiresAt: new Date(session.expiresAt).toISOString() }, { headers: { "set-cookie": cookie } });
      },
    },
    {
      method: "POST",
      path: "/logout",
      auth: "none",
      csrf: true,
      handle(request) {
        const value = readCookie(request.headers.cookie, sessionCookie);
        if (value !== undefined) auth.logOut(value);
        return json(
          { ok: true },
          { headers: { "set-cookie": writeCookie(sessionCookie, "", { sameSite: "Strict", maxAgeSeconds: 0, secure: request.peer.secure }) } },
        );
      },
    },
  ];
}

/** Asking is no attempt: a browser without a session is told so, and nothing counts against it. */
function sessionOf(request: HttpRequest, auth: Authenticator): Record<string, unknown> {
  if (auth.mode === "none") return { authenticated: request.peer.local };
  const value = readCookie(request.headers.cookie, sessionCookie);
  const session = value === undefined ? undefined : auth.sessions.find(value);
  return session ? { authenticated: true, actor: session.actor, expiresAt: new Date(session.expiresAt).toISOString() } : { authenticated: false };
}
