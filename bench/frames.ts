import { createConnection, type Socket } from "node:net";

/**
 * A WebSocket client of few bytes and little work, for crowds: text frames out, text frames in, pings answered. What it sends
 * is masked with a key of zeros, which changes nothing.
 */
export interface BareSocket {
  send(text: string): void;
  close(): void;
}

const upgrade = (port: number): string =>
  `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? 6 : length < 65_536 ? 8 : 14;
  const frame = Buffer.alloc(head + length);
  frame[0] = 0x80 | opcode;
  if (length < 126) frame[1] = 0x80 | length;
  else if (length < 65_536) {
    frame[1] = 0x80 | 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 0x80 | 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(frame, head);
  return frame;
}

/** What the first bytes of a frame say, once they are there. */
function headOf(data: Buffer): { opcode: number; head: number; length: number } | undefined {
  if (data.length < 2) return undefined;
  const short = data[1]! & 0x7f;
  const head = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (data.length < head) return undefined;
  const length = short < 126 ? short : short === 126 ? data.readUInt16BE(2) : Number(data.readBigUInt64BE(2));
  return { opcode: data[0]! & 0x0f, head, length };
}

/** `onText` gets whole text frames until it answers false; what comes after that is thrown away. */
export function bareSocket(port: number, onText: (text: string, socket: BareSocket) => boolean, onEnd: (why: string) => void): BareSocket {
  let socket: Socket | undefined = createConnection({ port, host: "127.0.0.1", noDelay: true });
  let buffered: Buffer | undefined;
  let upgraded = false;
  let listening = true;
  /** Bytes of a text frame nobody listens to that are still to come. */
  let skip = 0;

  const self: BareSocket = {
    send: (text) => void socket?.write(maskedFrame(1, Buffer.from(text))),
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };

  const hear = (opcode: number, payload: Buffer) => {
    if (opcode === 9) socket?.write(maskedFrame(10, payload));
    else if (opcode === 8) onEnd(`closed with ${payload.length >= 2 ? payload.readUInt16BE(0) : "nothing"}`);
    else if (opcode === 1 && listening) listening = onText(payload.toString(), self);
  };

  const frames = (given: Buffer) => {
    let data = given;
    for (let next = headOf(data); next !== undefined; next = headOf(data)) {
      const end = next.head + next.length;
      if (data.length < end) {
        if (listening || next.opcode !== 1) break;
        skip = end - data.length;
        return;
      }
      hear(next.opcode, data.subarray(next.head, end));
      data = data.subarray(end);
    }
    buffered = data.length > 0 ? Buffer.from(data) : undefined;
  };

  const read = (chunk: Buffer) => {
    const passed = Math.min(skip, chunk.length);
    skip -= passed;
    if (passed === chunk.length) return;
    const rest = passed > 0 ? chunk.subarray(passed) : chunk;
    const data = buffered ? Buffer.concat([buffered, rest]) : rest;
    buffered = undefined;
    if (upgraded) {
      frames(data);
      return;
    }
    const end = data.indexOf("\r\n\r\n");
    if (end < 0) buffered = data;
    else if (!data.toString("latin1", 0, 16).includes(" 101")) onEnd(data.toString("latin1", 0, 80));
    else {
      upgraded = true;
      frames(data.subarray(end + 4));
    }
  };

  socket.on("connect", () => socket?.write(upgrade(port)));
  socket.on("data", read);
  socket.on("error", (error) => onEnd(error.message));
  socket.on("close", () => onEnd("the socket closed"));
  return self;
}
