import { connect, createServer, type Socket } from "node:net";

/** The way to a server on this machine. */
export interface Wire {
  readonly port: number;
  /** How many connections there were. */
  readonly opened: number;
  /** Ends every connection; new ones are let through. */
  cut(): void;
  /** Nothing gets through any more, and nobody is told. Undone by `open`. */
  freeze(): void;
  /** Connections are refused. Undone by `open`. */
  shut(): void;
  open(): void;
  close(): Promise<void>;
}

export async function startWire(to: number): Promise<Wire> {
  const pairs = new Set<[Socket, Socket]>();
  let state: "open" | "frozen" | "shut" = "open";
  let opened = 0;
  const server = createServer((near) => {
    opened += 1;
    if (state === "shut") {
      near.destroy();
      return;
    }
    const far = connect(to, "127.0.0.1");
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    for (const [from, into] of [pair, [far, near] as const]) {
      from.on("data", (bytes) => {
        if (state !== "frozen") into.write(bytes);
      });
      from.on("error", () => undefined);
      from.on("close", () => {
        pairs.delete(pair);
        into.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const cut = () => {
    for (const [near, far] of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    port: typeof address === "object" && address ? address.port : 0,
    get opened() {
      return opened;
    },
    cut,
    freeze() {
      state = "frozen";
    },
    shut() {
      state = "shut";
      cut();
    },
    open() {
      // Those that were frozen have lost bytes: they are of no use any more.
      if (state === "frozen") cut();
      state = "open";
    },
    async close() {
      const over = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      await over;
    },
  };
}
