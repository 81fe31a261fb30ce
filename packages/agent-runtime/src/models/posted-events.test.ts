import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { postForEvents } from "./posted-events.ts";

let close = () => {};
afterEach(() => close());

/** The address, and how many connections were made to it. */
async function serving(answer: (response: ServerResponse) => void) {
  let connections = 0;
  const server = createServer((request, response) => {
    request.resume();
    answer(response);
  });
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
}
const all = async (url: string, signal = new AbortController().signal) => {
  const got: unknown[] = [];
  for await (const event of (await postForEvents({ url, headers: {}, body: "{}", signal })).events) got.push(event);
  return got;
};

it("ends with [DONE], and the next calls have the same connection", async () => {
  const { url, connections } = await serving((response) => {
    response.write('data: {"a":1}\n\ndata: [DONE]\n\n');
    setTimeout(() => response.end('data: {"late":1}\n\n'), 5);
  });
  for (let count = 0; count < 8; count++) expect(await all(url)).toEqual([{ a: 1 }]);
  // The second call may come before the first connection is known to be free.
  expect(connections()).toBeLessThanOrEqual(2);
});

it("waits for no server that leaves its answer open after [DONE]", async () => {
  const { url } = await serving((response) => void response.write('data: {"a":1}\n\ndata: [DONE]\n\n'));
  const began = performance.now();
  expect(await all(url)).toEqual([{ a: 1 }]);
  expect(performance.now() - began).toBeLessThan(3_000);
});

it("raises what is no event and no answer", async () => {
  const broken = await serving((response) => void response.end("data: {not json\n\n"));
  await expect(all(broken.url)).rejects.toThrow(SyntaxError);
  close();
  const moved = await serving((response) => void response.writeHead(302, { location: "http://127.0.0.1:9/" }).end());
  await expect(all(moved.url)).rejects.toMatchObject({ status: 302 });
  close();
  const refused = await serving((response) => void response.writeHead(429, { "retry-after": "3" }).end('[{"error":{"message":"slow down"}}]'));
  await expect(all(refused.url)).rejects.toMatchObject({ status: 429, error: { error: { message: "slow down" } } });
});

it("is cut off by its signal", async () => {
  const { url } = await serving((response) => void response.write('data: {"a":1}\n\n'));
  const aborter = new AbortController();
  const got = all(url, aborter.signal);
  setTimeout(() => aborter.abort(new Error("enough")), 30);
  await expect(got).rejects.toThrow("enough");
});
