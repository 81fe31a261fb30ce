import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

/**
 * The limit of `ws` and this machine: sends one frame when somebody connects and answers each frame with one of the size that
 * its method names (`size:<bytes>`), and does nothing else. Prints its port.
 */
const challenge = JSON.stringify({ type: "event", event: "connect.challenge", payload: { nonce: "x".repeat(36), ts: 1_000_000_000_000 } });
const bodies = new Map<string, string>([["health", JSON.stringify({ ok: true })]]);
const body = (method: string): string => {
  let known = bodies.get(method);
  if (known === undefined) {
    known = JSON.stringify("x".repeat(Math.max(0, Number(/^size:(\d+)$/.exec(method)?.[1] ?? 2) - 2)));
    bodies.set(method, known);
  }
  return known;
};

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("listening", () => console.log((server.address() as AddressInfo).port));
server.on("connection", (socket) => {
  socket.send(challenge);
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as { id: string; method: string };
    socket.send(`{"type":"res","id":${JSON.stringify(frame.id)},"ok":true,"payload":${body(frame.method)}}`);
  });
});
