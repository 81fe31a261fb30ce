import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A socket that speaks WebSocket as well or as badly as the test wants. */
export interface FuzzClient {
  readonly socket: Socket;
  /** Text frames so far, not kept: each goes to `onText`. */
  readonly heard: number;
  /** Why the server closed, once it did. */
  readonly closed: { code: number } | undefined;
  /** Whole text frames, all in one write. */
  send(texts: readonly string[]): void;
  /** Bytes below WebSocket. */
  raw(bytes: Buffer): void;
  end(): void;
}

/** A frame from a client; the mask is zeros, which changes nothing. */
export function clientFrame(payload: Buffer, opcode = 1): Buffer {
  const { length } = payload;
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.alloc(head + 4 + length);
  frame[0] = 0x80 | opcode;
  frame[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head === 4) frame.writeUInt16BE(length, 2);
  if (head === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  payload.copy(frame, head + 4);
  return frame;
}

export const upgradeRequest = (port: number, headers = ""): string =>
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

/** What the first bytes of a frame say, once they are there. */
function headOf(data: Buffer): { opcode: number; head: number; length: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < head) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return { opcode: data[0]! & 0x0f, head, length };
}

/** Opens a WebSocket; resolves once it is open. */
export async function openFuzzClient(port: number, onText: (text: string) => void, headers = ""): Promise<FuzzClient> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  let data: Buffer = Buffer.alloc(0);
  let opened = false;
  let heard = 0;
  let closed: { code: number } | undefined;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on("close", () => {
    closed ??= { code: 1006 };
    reject(new Error("the server closed the connection before it was open"));
  });
  socket.on("data", (chunk: Buffer) => {
    data = data.length > 0 ? Buffer.concat([data, chunk]) : chunk;
    if (!opened) {
      const end = data.indexOf("\r\n\r\n");
      if (end < 0) return;
      opened = true;
      data = data.subarray(end + 4);
      resolve();
    }
    for (let next = headOf(data); next && data.length >= next.head + next.length; next = headOf(data)) {
      const { opcode, head, length } = next;
      const payload = data.subarray(head, head + length);
      data = data.subarray(head + length);
      if (opcode === 1) {
        heard += 1;
        onText(payload.toString());
      } else if (opcode === 8) {
        closed = { code: payload.length >= 2 ? payload.readUInt16BE(0) : 1005 };
        socket.end();
      } else if (opcode === 9) socket.write(clientFrame(payload, 10));
    }
  });
  socket.write(upgradeRequest(port, headers));
  await promise;
  return {
    socket,
    get heard() {
      return heard;
    },
    get closed() {
      return closed;
    },
    send: (texts) => void socket.write(Buffer.concat(texts.map((text) => clientFrame(Buffer.from(text))))),
    raw: (bytes) => void socket.write(bytes),
    end: () => socket.destroy(),
  };
}
