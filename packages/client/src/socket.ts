/** The part of the WebSocket interface the client uses: browsers, Node's global one and `ws` all have it. */
export interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown } & never) => void) | null;
  onclose: ((event: { code: number; reason: string } & never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type OpenWebSocket = (url: string) => WebSocketLike;

/** What came over a socket, told to one listener. After `closed` nothing follows. */
export interface SocketEvents {
  opened(): void;
  frame(frame: Record<string, unknown>): void;
  closed(code: number, reason: string): void;
}

export interface Socket {
  send(frame: unknown): void;
  /** Ends the connection; `closed` is not called for it. */
  close(code: number, reason: string): void;
}

/** Opens a socket and gives its JSON frames to `events`; text that is no JSON object is skipped. */
export function openSocket(open: OpenWebSocket, url: string, events: SocketEvents): Socket {
  const socket = open(url);
  let over = false;
  const end = (code: number, reason: string) => {
    if (over) return;
    over = true;
    events.closed(code, reason);
  };
  socket.onopen = () => {
    if (!over) events.opened();
  };
  socket.onmessage = (event: { data: unknown }) => {
    const frame = over ? undefined : parse(event.data);
    if (frame) events.frame(frame);
  };
  socket.onclose = (event: { code: number; reason: string }) => end(event.code, event.reason);
  // An error is always followed by a close event, which carries the code.
  socket.onerror = () => {};
  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    close(code, reason) {
      over = true;
      socket.close(code, reason);
    },
  };
}

function parse(data: unknown): Record<string, unknown> | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
