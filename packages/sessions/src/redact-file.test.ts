import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, expect, it } from "vitest";
import { fileTranscripts } from "./file-transcripts.ts";

const directory = mkdtempSync(join(tmpdir(), "redact-"));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it("takes words out of a transcript that is in use, and of what was set aside, and goes on", async () => {
  const store = fileTranscripts({ directory, clock: fakeClock() });
  const ref = { agentId: "main", sessionId: "s1" };
  const say = (id: string, content: string) => ({ id, message: { role: "user" as const, content, timestamp: 1 } });
  await store.append(ref, [say("one", "my card is 4111 1111")], { durable: true });
  await store.archive!(ref);
  await store.append(ref, [say("1111", "again 4111 1111"), say("two", "hello")], { durable: true });
  expect(await store.redact!(ref, (text) => text.replaceAll("4111 1111", "[gone]"))).toBe(2);
  await store.append(ref, [say("three", "bye")], { durable: true });
  expect((await store.read(ref)).map(({ id, message }) => [id, message.content])).toEqual([
    ["1111", "again [gone]"],
    ["two", "hello"],
    ["three", "bye"],
  ]);
  const files = readdirSync(join(directory, "agents/main/sessions"));
  expect(files).toHaveLength(2);
  for (const name of files) expect(readFileSync(join(directory, "agents/main/sessions", name), "utf8")).not.toContain("4111 1111");
  expect(await store.redact!({ agentId: "main", sessionId: "none" }, () => "x")).toBe(0);
});
