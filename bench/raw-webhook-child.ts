import { fdatasync, openSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The limit of `node:http` and this disk: reads a JSON body, writes it down, syncs, and answers. Prints its port. */
const path = join(tmpdir(), `travelagent-raw-webhook-${process.pid}`);
const file = openSync(path, "w");
process.on("exit", () => rmSync(path, { force: true }));
process.on("SIGTERM", () => process.exit(0));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => void chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    JSON.parse(body.toString("utf8"));
    writeSync(file, body);
    fdatasync(file, () => response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}'));
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
