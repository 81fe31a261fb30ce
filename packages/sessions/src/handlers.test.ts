import { readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testEngine } from "@travelagent/engine/testing";
import { type Call, TravelAgentError } from "@travelagent/protocol";
import type { TranscriptMessage } from "@travelagent/protocol/messages";
import type { Engine } from "@travelagent/protocol/ports";
import { type FakeClock, fakeClock } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileTranscripts } from "./file-transcripts.ts";
import { sessionHandlers } from "./handlers.ts";
import { createSessions, type Sessions } from "./sessions.ts";

const user = (content: string): TranscriptMessage => ({ role: "user", content, timestamp: 1 });
const assistant = (text: string): TranscriptMessage => ({
  role: "assistant",
  content: [{ type: "text", text }],
  provider: "scripted",
  model: "script",
  stopReason: "stop",
  timestamp: 2,
});

describe("sessions on the wire", () => {
  let directory: string;
  let engine: Engine;
  let clock: FakeClock;
  let sessions: Sessions;
  const changes: string[] = [];
  let ask: (method: string, params?: object) => Promise<Record<string, unknown>>;

  beforeEach(async () => {
    changes.length = 0;
    directory = await mkdtemp(join(tmpdir(), "sessions-"));
    engine = await testEngine();
    clock = fakeClock("2027-03-28T10:00:00Z");
    sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory, clock }), clock });
    await sessions.start();
    const handlers = sessionHandlers(sessions, {
      reset: async (key) => void (await sessions.reset(key)),
      archive: (key, options) => sessions.archive(key, options),
      keyOf: (key) => (key === "main" ? "agent:main:main" : key),
      resolveModel: (text) => {
        if (text !== "fast") throw new TravelAgentError("INVALID_REQUEST", `there is no model ${text}`);
        return { model: "openai/gpt-fast" };
      },
      onChange: (key, reason) => changes.push(`${reason} ${key}`),
      clock,
    }) as Record<string, (params: unknown, call: Call) => Promise<Record<string, unknown>>>;
    ask = (method, params) => handlers[method]!(params, {} as Call);
    for (const [index, key] of ["agent:main:main", "agent:main:phone:dm:+34600111222", "agent:sales:phone:group:team"].entries()) {
      await sessions.ensure(key, { channel: "phone", accountId: "default", chatType: key.includes("group") ? "group" : "direct", peerId: `p${index}` });
      await clock.advance(1000);
    }
    await sessions.append("agent:main:main", [
      { id: "1", message: user("I want to go\nto Lisbon") },
      { id: "2", message: assistant("Gladly. When?") },
    ]);
  });
  afterEach(async () => {
    await engine.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it("lists rows by page with what is left of them", async () => {
    const first = await ask("sessions.list", { limit: 2 });
    expect(first).toMatchObject({ count: 2, totalCount: 3, hasMore: true, nextOffset: 2, path: "(database)", defaults: { model: null } });
    expect(first.sessions).toMatchObject([
      { key: "agent:sales:phone:group:team", kind: "group", agentId: "sales", chatType: "group" },
      { key: "agent:main:phone:dm:+34600111222", kind: "direct", origin: { provider: "phone", from: "p1" } },
    ]);
    for (const next of [{ offset: 2 }, { cursor: first.nextCursor }]) {
      const second = await ask("sessions.list", { limit: 2, ...next });
      expect(second).toMatchObject({ count: 1, totalCount: 3, hasMore: false, nextOffset: null });
      expect(second.sessions).toMatchObject([{ key: "agent:main:main" }]);
    }
    expect(await ask("sessions.list", { spawnedBy: "agent:main:main" })).toMatchObject({ count: 0, totalCount: 0 });
    expect(await ask("sessions.list", { agentId: "sales" })).toMatchObject({ count: 1, totalCount: 1 });
  });

  it("derives a title and shows the last words when asked", async () => {
    const { sessions: rows } = await ask("sessions.list", { search: "agent:main:main", includeDerivedTitles: true, includeLastMessage: true });
    expect(rows).toMatchObject([{ derivedTitle: "I want to go to Lisbon", lastMessagePreview: "Gladly. When?" }]);
    const [plain] = (await ask("sessions.list", { search: "agent:main:main" })).sessions as Record<string, unknown>[];
    expect(plain).not.toHaveProperty("derivedTitle");
  });

  it("previews several sessions", async () => {
    const { previews } = await ask("sessions.preview", { keys: ["main", "agent:sales:phone:group:team", "agent:main:nobody"], maxChars: 20 });
    expect(previews).toEqual([
      {
        key: "main",
        status: "ok",
        items: [
          { role: "user", text: "I want to go to Lis…" },
          { role: "assistant", text: "Gladly. When?" },
        ],
      },
      { key: "agent:sales:phone:group:team", status: "empty", items: [] },
      { key: "agent:main:nobody", status: "missing", items: [] },
    ]);
  });

  it("gives a label to one session only, finds it by that, and takes it back", async () => {
    const patched = await ask("sessions.patch", { key: "main", label: "Front desk" });
    expect(patched).toMatchObject({ ok: true, key: "agent:main:main", entry: { label: "Front desk" } });
    await expect(ask("sessions.patch", { key: "agent:sales:phone:group:team", label: "Front desk" })).rejects.toMatchObject({
      message: "label already in use: Front desk",
    });
    expect(await ask("sessions.resolve", { label: "Front desk" })).toEqual({ ok: true, key: "agent:main:main", agentId: "main" });
    await ask("sessions.patch", { key: "main", label: null });
    await expect(ask("sessions.resolve", { label: "Front desk" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await ask("sessions.resolve", { label: "Front desk", allowMissing: true })).toEqual({ ok: false });
    expect(changes).toEqual(["patch agent:main:main", "patch agent:main:main"]);
  });

  it("remembers that the agent is not to speak", async () => {
    await ask("sessions.patch", { key: "main", sendPolicy: "deny" });
    expect((await sessions.get("agent:main:main"))?.sendPolicy).toBe("deny");
    await ask("sessions.patch", { key: "main", sendPolicy: null });
    expect((await sessions.get("agent:main:main"))?.sendPolicy).toBeUndefined();
  });

  it("resolves by session id, and asks for exactly one name", async () => {
    const { sessionId } = (await sessions.get("agent:main:main"))!;
    expect(await ask("sessions.resolve", { sessionId })).toMatchObject({ key: "agent:main:main" });
    await expect(ask("sessions.resolve", { sessionId, key: "main" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await expect(ask("sessions.resolve", {})).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    expect(await ask("sessions.describe", { key: "main" })).toMatchObject({ session: { sessionId } });
    expect(await ask("sessions.describe", { key: "agent:main:nobody" })).toEqual({ session: null });
  });

  it("sets the transcript of a deleted session aside, where an erasure still finds it", async () => {
    const key = "agent:main:phone:dm:+34600111222";
    await sessions.append(key, [{ id: "1", message: user("hello") }]);
    await expect(ask("sessions.delete", { key, expectedSessionId: "another" })).rejects.toMatchObject({ code: "CONFLICT" });
    const { deleted, archived } = await ask("sessions.delete", { key });
    expect(deleted).toBe(true);
    expect(archived).toEqual([expect.stringMatching(/\.jsonl\.deleted\.2027-03-28T10-00-03/)]);
    expect(await sessions.get(key)).toBeUndefined();
    expect(await ask("sessions.delete", { key })).toEqual({ ok: true, key, deleted: false, archived: [] });
    const files = () => readdirSync(join(directory, "agents/main/sessions"));
    expect(files().filter((name) => name.includes(".deleted."))).toHaveLength(1);
    await sessions.ensure(key);
    await sessions.remove(key);
    expect(files().filter((name) => name.includes(".deleted."))).toEqual([]);
    expect(changes).toEqual([`delete ${key}`]);
  });

  it("leaves the transcript where it is when told to, and never deletes a main session", async () => {
    await expect(ask("sessions.delete", { key: "main" })).rejects.toMatchObject({ message: expect.stringContaining("Cannot delete the main session") });
    const key = "agent:sales:phone:group:team";
    const { sessionId } = (await sessions.get(key))!;
    await sessions.append(key, [{ id: "1", message: user("hello") }]);
    expect(await ask("sessions.delete", { key, deleteTranscript: false })).toMatchObject({ deleted: true, archived: [] });
    expect(readdirSync(join(directory, "agents/sales/sessions"))).toEqual([`${sessionId}.jsonl`]);
  });

  it("keeps what a person wants otherwise for a session, each for itself, and takes it back", async () => {
    const key = "agent:main:phone:dm:+34600111222";
    const { entry } = (await ask("sessions.patch", { key, model: "fast", queue: { mode: "steer", cap: 3 } })) as { entry: object };
    expect(entry).toMatchObject({ modelOverride: "openai/gpt-fast", queue: { mode: "steer", cap: 3 } });
    await ask("sessions.patch", { key, thinkingLevel: "high" });
    expect(await sessions.get(key)).toMatchObject({ prefer: { model: "openai/gpt-fast", thinking: "high" }, queue: { mode: "steer", cap: 3 } });
    await expect(ask("sessions.patch", { key, model: "none" })).rejects.toMatchObject({ code: "INVALID_REQUEST" });
    await ask("sessions.patch", { key, model: null, queue: null });
    const session = await sessions.get(key);
    expect(session?.prefer).toEqual({ thinking: "high" });
    expect(session?.queue).toBeUndefined();
  });
});
