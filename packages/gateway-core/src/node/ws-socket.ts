import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Socket } from "../connections/socket.ts";

/** A `ws` connection as the port. What breaks the WebSocket rules (broken UTF-8, a frame too large) `ws` closes by itself with the right code. */
export function wsSocket(ws: WebSocket, stream: Duplex): Socket {
  let corked = false;
  const uncork = () => {
    corked = false;
    stream.uncork();
  };
  ws.on("error", () => {});
  return {
    send(text) {
      if (ws.readyState !== ws.OPEN) return;
      // Answers to requests that arrived together leave together.
      if (!corked) {
        corked = true;
        stream.cork();
        process.nextTick(uncork);
      }
      ws.send(text);
    },
    close: (code, reason) => ws.close(code, reason),
    get bufferedAmount() {
      return ws.bufferedAmount;
    },
    onMessage(listener) {
      ws.on("message", (data, binary) => {
        if (binary) ws.close(1003, "text frames only");
        else listener(data.toString());
      });
    },
    onClose: (listener) => void ws.once("close", listener),
  };
}
