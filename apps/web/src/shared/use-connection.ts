import type { ClientState } from "@travelagent/client";
import { useEffect, useSyncExternalStore } from "react";
import type { Gateway } from "./gateway.ts";

/** Keeps the gateway connected while the component is shown, and gives the state of the connection. */
export function useConnection(gateway: Gateway): ClientState {
  const { client } = gateway;
  useEffect(() => {
    void client.start();
    return () => client.stop();
  }, [client]);
  return useSyncExternalStore(client.onState, () => client.state);
}
