import { connect, type Socket } from "node:net";

/** Bytes over TCP as they are, and all that came back until the other side closed. For requests that no HTTP client would send. */
export function rawHttp(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      answer === "" && error.code !== "ECONNRESET" && error.code !== "EPIPE" ? reject(error) : resolve(answer),
    );
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
