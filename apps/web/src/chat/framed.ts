/** What the chat and the page that frames it tell each other. Words of the conversation are never among it. */
export interface Framed {
  /** How many messages came that nobody has looked at. */
  unread(count: number): void;
  /** The site says who its visitor is, with a token that only it and the gateway can make. Returns how to unsubscribe. */
  onIdentity(listener: (token: string) => void): () => void;
  /** The frame is shown or hidden. */
  onVisible(listener: (visible: boolean) => void): () => void;
}

const kinds = { unread: "travelagent:unread", identity: "travelagent:identity", visible: "travelagent:visible", ready: "travelagent:ready" } as const;

/** Undefined where the chat is a page of its own. */
export function framed(): Framed | undefined {
  if (window.parent === window) return undefined;
  const listen = (type: string, hear: (data: Record<string, unknown>) => void) => {
    const onMessage = (event: MessageEvent<unknown>) => {
      // A window that is not our frame's owner has nothing to say here.
      if (event.source !== window.parent || typeof event.data !== "object" || event.data === null) return;
      const data = event.data as Record<string, unknown>;
      if (data.type === type) hear(data);
    };
    addEventListener("message", onMessage);
    return () => removeEventListener("message", onMessage);
  };
  // The owner's address is not told to us. A number is no secret, and who may own this frame the gateway's policy says.
  const tell = (message: Record<string, unknown>) => window.parent.postMessage(message, "*");
  queueMicrotask(() => tell({ type: kinds.ready }));
  return {
    unread: (count) => tell({ type: kinds.unread, count }),
    onIdentity: (listener) => listen(kinds.identity, ({ token }) => typeof token === "string" && token.length < 4096 && listener(token)),
    onVisible: (listener) => listen(kinds.visible, ({ visible }) => listener(visible === true)),
  };
}
