import { bareSocket } from "./frames.ts";

/**
 * Clients that connect and then say nothing, in a process of their own: `crowd-child.ts <port> <connect params>`. Each line on
 * stdin is a number of clients to add; the answer is a line with the time in milliseconds, or `failed <why>`.
 */
const [port = "", params = ""] = process.argv.slice(2);
const connect = JSON.stringify({ type: "req", id: "c", method: "connect", params: JSON.parse(params) as unknown });
const atOnce = 64;

const open = (): Promise<void> =>
  new Promise((resolve, reject) => {
    bareSocket(
      Number(port),
      (text, socket) => {
        if (text.startsWith('{"type":"event"')) {
          if (text.includes("connect.challenge")) socket.send(connect);
          return true;
        }
        if (text.startsWith('{"type":"res","id":"c","ok":true')) resolve();
        else reject(new Error(text.slice(0, 200)));
        return false;
      },
      (why) => reject(new Error(why)),
    );
  });

process.stdin.on("data", (chunk) => {
  for (const line of chunk.toString().split("\n").filter(Boolean)) {
    const started = performance.now();
    let left = Number(line);
    const one = async () => {
      while (left-- > 0) await open();
    };
    Promise.all(Array.from({ length: atOnce }, one)).then(
      () => console.log(String(performance.now() - started)),
      (error: unknown) => console.log(`failed ${error instanceof Error ? error.message : String(error)}`),
    );
  }
});
process.stdin.on("end", () => process.exit(0));
