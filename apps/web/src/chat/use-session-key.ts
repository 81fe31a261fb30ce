import type { ClientState } from "@travelagent/client";
import { useState } from "react";

/** The visitor's own session: told by the first hello, and the same on every later connection of this page. */
export function useSessionKey(connection: ClientState): string | undefined {
  const [key, setKey] = useState<string>();
  const told = connection.status === "ready" ? connection.hello.snapshot.sessionDefaults?.mainSessionKey : undefined;
  if (key === undefined && told !== undefined) setKey(told);
  return key;
}
