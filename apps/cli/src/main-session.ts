import type { Client } from "@travelagent/client";

/** The conversation that people of the agency are in when they name none: the main one of the gateway's default agent. `client` is connected. */
export const mainSession = ({ state }: Pick<Client, "state">): string =>
  (state.status === "ready" ? state.hello.snapshot.sessionDefaults?.mainSessionKey : undefined) ?? "agent:main:main";

/** The key of the conversation that was asked for; `main` is the main one, as everywhere on the wire. */
export const sessionOf = (client: Pick<Client, "state">, asked: string | undefined): string =>
  asked === undefined || asked.toLowerCase() === "main" ? mainSession(client) : asked;
