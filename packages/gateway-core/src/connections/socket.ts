/** One open WebSocket, as the control plane sees it. Only text goes over it. */
export interface Socket {
  /** Never throws; text for a socket that is gone is dropped. */
  send(text: string): void;
  /** Safe to call twice. `reason` has at most 123 bytes. */
  close(code: number, reason: string): void;
  /** Bytes handed to `send` that have not left this machine. */
  readonly bufferedAmount: number;
  /** Called with each whole text frame. Set once, before anything can arrive. */
  onMessage(listener: (text: string) => void): void;
  /** Called once, however the socket ended. */
  onClose(listener: () => void): void;
}
