import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testDatabase } from "@travelagent/engine/testing";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Embeddings } from "./embeddings.ts";
import { httpEmbeddings } from "./http-embeddings.ts";
import { memoryFiles } from "./memory-files.ts";
import { createRecall, type Recall } from "./recall.ts";
import type { RecallIndex } from "./recall-index.ts";
import { sqliteRecallIndex } from "./sqlite-recall-index.ts";

const apiKey = "canary-key-of-the-service";

/** What the service knows that words do not tell: these belong together. */
const topics = [
  ["aeroplane", "flight", "plane"],
  ["hotel", "lodging", "room"],
  ["refund", "money", "reimbursement"],
];
const vectorOf = (text: string): number[] => [...topics.map((words) => words.filter((word) => text.toLowerCase().includes(word)).length), 0.01];

describe("embeddings of a service", () => {
  let server: Server;
  let url: string;
  let asked: { authorization: string | undefined; model: string; input: string[] }[];
  let answer: (response: ServerResponse, input: string[]) => void;

  beforeEach(async () => {
    asked = [];
    answer = (response, input) =>
      // In any order: the index counts.
      response.end(JSON.stringify({ object: "list", data: input.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) })).reverse() }));
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { model, input } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string; input: string[] };
      asked.push({ authorization: request.headers.authorization, model, input });
      if (request.url === "/v1/embeddings") answer(response, input);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  });
  afterEach(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });

  const hang = () => {};
  const service = (options: Partial<Parameters<typeof httpEmbeddings>[0]> = {}): Embeddings =>
    httpEmbeddings({ baseUrl: url, apiKey, model: "m1", ...options });

  it("come in batches, in order, of length 1", async () => {
    const vectors = await service({ batchSize: 2 }).embed(["a plane", "a hotel", "a refund", "plane plane", "x"]);
    expect(asked.map(({ input }) => input.length)).toEqual([2, 2, 1]);
    expect(asked[0]).toMatchObject({ authorization: `Bearer ${apiKey}`, model: "m1" });
    expect(vectors.map((vector) => vector.indexOf(Math.max(...vector)))).toEqual([0, 1, 2, 0, 3]);
    for (const vector of vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
    expect(await service().embed([])).toEqual([]);
  });

  it("send no key where none is given, and follow no redirect", async () => {
    await httpEmbeddings({ baseUrl: `${url}/`, model: "m" }).embed(["x"]);
    expect(asked[0]?.authorization).toBe(undefined);
    answer = (response) => response.writeHead(307, { location: "http://127.0.0.1:9/v1/embeddings" }).end();
    await expect(service().embed(["x"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(asked).toHaveLength(2);
  });

  it.each<[string, typeof answer]>([
    ["401", (response) => response.writeHead(401).end(JSON.stringify({ error: { message: `Incorrect key ${apiKey}` } }))],
    ["500", (response) => response.writeHead(500).end("broken")],
    ["nonsense", (response) => response.end("<html>")],
    ["too few", (response) => response.end(JSON.stringify({ data: [] }))],
    ["vectors of two sizes", (response) => response.end(JSON.stringify({ data: [{ embedding: [1] }, { embedding: [1, 2] }] }))],
    [
      "the same place twice",
      (response) =>
        response.end(
          JSON.stringify({
            data: [
              { index: 0, embedding: [1] },
              { index: 0, embedding: [1] },
            ],
          }),
        ),
    ],
    ["no numbers", (response) => response.end(JSON.stringify({ data: [{ embedding: ["1"] }, { embedding: [null] }] }))],
    ["a cut connection", (response) => response.destroy()],
    ["nothing", hang],
  ])("fail with UNAVAILABLE for %s, and tell neither key nor text", async (_, what) => {
    answer = what;
    const error = await service({ timeoutMs: 100 })
      .embed(["a secret wish", "another"])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "UNAVAILABLE" });
    expect(`${(error as Error).message} ${String((error as Error).cause)}`).not.toMatch(/canary|secret wish/);
  });

  it("leave a service in peace after a failure", async () => {
    const clock = fakeClock();
    const embeddings = service({ clock, restMs: 30_000 });
    answer = (response) => response.writeHead(503).end();
    await expect(embeddings.embed(["x"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(embeddings.embed(["x"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(asked).toHaveLength(1);
    await clock.advance(30_000);
    await expect(embeddings.embed(["x"])).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(asked).toHaveLength(2);
  });

  describe("in the memory", () => {
    let directory: string;
    let close: () => Promise<void>;
    let index: RecallIndex;
    let log: ReturnType<typeof recordingLogger>;

    beforeEach(async () => {
      directory = mkdtempSync(join(tmpdir(), "recall-"));
      const db = await testDatabase();
      close = () => db.close();
      index = sqliteRecallIndex({ db });
      await index.migrate();
      log = recordingLogger();
    });
    afterEach(async () => {
      await close();
      rmSync(directory, { recursive: true, force: true });
    });
    const write = (path: string, text: string) => {
      mkdirSync(join(directory, path, ".."), { recursive: true });
      writeFileSync(join(directory, path), text);
    };
    const recallWith = (embeddings: Embeddings): Recall => createRecall({ files: memoryFiles({ directory }), index, embeddings, log, patienceMs: 300 });
    const paths = async (recall: Recall, question: string) => (await recall.search(question, {})).map(({ path }) => path);
    const page = (line: string) => Array.from({ length: 120 }, (_, number) => `${number}: ${line} and some more words to fill the line`).join("\n");

    it("finds by meaning what no word tells", async () => {
      write("MEMORY.md", "Our preferred lodging in Lisbon is the Miradouro.\n");
      write("memory/2026-05-01.md", "The plane to Faro is small.\n");
      const recall = recallWith(service());
      expect((await paths(recall, "which hotel?"))[0]).toBe("MEMORY.md");
      expect((await paths(recall, "flight"))[0]).toBe("memory/2026-05-01.md");
    });

    it("asks only for what changed, and for everything anew with another model", async () => {
      write("MEMORY.md", page("plane"));
      const recall = recallWith(service());
      await recall.sync();
      const texts = () => asked.flatMap(({ input }) => input).length;
      const before = texts();
      expect(before).toBeGreaterThan(2);
      expect(await recall.sync()).toEqual({ indexed: 0, removed: 0 });
      write("MEMORY.md", `${page("plane")}\nA hotel at last.`);
      expect(await recall.sync()).toEqual({ indexed: 1, removed: 0 });
      expect(texts() - before).toBe(1);
      asked.length = 0;
      expect(await recallWith(service({ model: "m2" })).sync()).toEqual({ indexed: 1, removed: 0 });
      expect(asked.every(({ model }) => model === "m2")).toBe(true);
      expect(texts()).toBeGreaterThanOrEqual(before);
    });

    it.each<[string, typeof answer]>([
      ["is down", (response) => response.writeHead(503).end()],
      ["hangs", hang],
    ])("goes by words when the service %s, says so, and keeps nobody waiting", async (_, what) => {
      write("MEMORY.md", "Our preferred lodging in Lisbon is the Miradouro.\n");
      answer = what;
      const recall = recallWith(service({ timeoutMs: 5_000, restMs: 0 }));
      const started = performance.now();
      expect(await paths(recall, "lodging in Lisbon")).toEqual(["MEMORY.md"]);
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(log.lines.filter(({ level }) => level === "warn").length).toBeGreaterThan(0);
      expect(JSON.stringify(log.lines)).not.toMatch(/canary|Miradouro/);
    });

    it("learns the meaning later, when the service is there again", async () => {
      write("MEMORY.md", "Our preferred lodging in Lisbon is the Miradouro.\n");
      const works = answer;
      answer = (response) => response.writeHead(503).end();
      const recall = recallWith(service({ restMs: 0 }));
      expect(await paths(recall, "hotel")).toEqual([]);
      answer = works;
      expect(await paths(recall, "hotel")).toEqual(["MEMORY.md"]);
    });
  });
});
