import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Model, ModelEvent } from "@travelagent/agent-runtime";
import { createGate, parsePolicy } from "@travelagent/agent-runtime/gate";
import { openCredentials, statePaths } from "@travelagent/config";
import { testEngine } from "@travelagent/engine/testing";
import type { HttpRequest } from "@travelagent/gateway-core";
import type { Engine } from "@travelagent/protocol/ports";
import { fakeClock, recordingLogger } from "@travelagent/protocol/testing";
import type { TurnScope } from "@travelagent/protocol/turn";
import { createSessions, fileTranscripts } from "@travelagent/sessions";
import { type Crm, databaseCrm } from "@travelagent/tools-crm";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOfPacks } from "../answering/policy-files.ts";
import type { CustomersOptions } from "./open-customers.ts";
import { type OpenedVault, openVault } from "./vault.ts";
import { credentialKeys } from "./vault-keys.ts";

const number = "XK7319452";
const root = fileURLToPath(new URL("../../policy", import.meta.url));

describe("the vault of a gateway", () => {
  let directory: string;
  let engine: Engine;
  let opened: OpenedVault;
  let crm: Crm;
  let turn: TurnScope;
  let customerId: string;
  const clock = fakeClock();

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "vault-app-"));
    engine = await testEngine();
    const paths = statePaths(directory);
    const sessions = createSessions({ db: engine.db, transcripts: fileTranscripts({ directory, clock }), clock });
    crm = await databaseCrm({ db: engine.db, clock });
    customerId = (await crm.create({ name: "Ana Silva" }, { idempotencyKey: "c1", identity: { channel: "phone", peerId: "+351", verified: true } })).customer
      .id;
    opened = await openVault({
      db: engine.db,
      env: { TRAVELAGENT_MASTER_KEY: "a long passphrase of the agency" },
      paths,
      clock,
      log: recordingLogger(),
      sessions,
      crm,
    } as unknown as CustomersOptions & {
      crm: Crm;
    });
    turn = {
      runId: "r1",
      agentId: "main",
      sessionKey: "agent:main:phone:dm:+351",
      channel: "phone",
      accountId: "default",
      chatType: "direct",
      peerId: "+351",
      timeZone: "UTC",
    };
  });
  afterEach(async () => {
    await engine.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const args = { kind: "passport", number, givenName: "Ana", familyName: "Silva", country: "PT", expiresOn: "2031-05-02" };

  it("seals a number that a model gives in clear before anybody sees the call", async () => {
    const model: Model = {
      provider: "test",
      id: "m1",
      contextWindow: 1000,
      async *stream(): AsyncGenerator<ModelEvent> {
        yield { type: "toolCall", id: "1", name: "save_document", arguments: args };
        yield { type: "end", reason: "toolUse" };
      },
    };
    const events: ModelEvent[] = [];
    for await (const event of opened.model(model, turn).stream({} as never, new AbortController().signal)) events.push(event);
    expect(JSON.stringify(events)).not.toContain(number);
    expect(events[0]).toMatchObject({ type: "toolCall", arguments: { number: expect.stringMatching(/^PAPER-/), country: "PT" } });
  });

  it("saves a document through the gate with no number in intent, audit or answer, and opens it for one purchase", async () => {
    const policy = parsePolicy(filesOfPacks(root, ["agency-default"]));
    const own = createGate({ db: engine.db, tools: opened.tools, policy: () => policy, clock });
    await own.migrate();
    const gate = opened.gate(own);
    const done = await gate.call({ toolCallId: "1", name: "save_document", args, tainted: false, actor: "mcp" }, turn, new AbortController().signal);
    expect(done).toMatchObject({ status: "done", output: { content: { document: { number: "…9452", expiresOn: "2031-05-02" } } } });
    const [paper] = await opened.desk.list(turn);
    expect(paper).toMatchObject({ kind: "passport", masked: "…9452", holder: { givenName: "Ana", familyName: "Silva" } });
    expect(await opened.desk.list({ ...turn, peerId: "+352", sessionKey: "other" })).toEqual([]);
    expect(await opened.open([{ id: paper!.id, kind: "passport" }], { supplier: "duffel", bookingId: "bk1", key: "bk1-1" })).toEqual([
      { kind: "passport", number, country: "PT", expiresOn: "2031-05-02" },
    ]);
    const rows: unknown[] = [];
    for await (const row of engine.db.everyRow!()) rows.push(row);
    expect(JSON.stringify(rows)).toContain("save_document");
    expect(JSON.stringify(rows)).not.toContain(number);
  });

  it("takes files of operators in and gives them out as attachments", async () => {
    const [upload, download] = opened.routes;
    const at = (path: string, body: Buffer): HttpRequest =>
      ({ method: "POST", url: new URL(`http://x${path}`), headers: {}, requestId: "1", body: async () => body }) as unknown as HttpRequest;
    const put = async (name: string, body: Buffer) => {
      const reply = await upload!.handle(at(`/api/vault/customers/${customerId}/files?name=${encodeURIComponent(name)}`, body));
      return { status: reply.status, file: (JSON.parse(String(reply.body)) as { file: { id: string; state: string } }).file };
    };
    const { status, file } = await put('vi"sa\r\n.txt', Buffer.from("a visa"));
    expect([status, file.state]).toEqual([201, "clean"]);
    const got = await download!.handle(at(`/api/vault/files/${file.id}`, Buffer.alloc(0)));
    expect(got.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-type": "application/octet-stream",
      "content-disposition": expect.stringMatching(/^attachment; .*visa\.txt$/),
    });
    expect(Buffer.from(got.body as Uint8Array).toString()).toBe("a visa");
    expect((await put("a.exe", Buffer.from([0x4d, 0x5a, 0, 1]))).status).toBe(422);
    await expect((async () => upload!.handle(at("/api/vault/customers/nobody/files", Buffer.from("x"))))()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("keeps its root key among the credentials, through rotations of either and a crash in between", async () => {
    const open = (masterKey?: string) => openCredentials({ directory: join(directory, "own"), ...(masterKey ? { masterKey } : {}), clock });
    const ring = credentialKeys(open());
    const first = await ring.current();
    expect(await credentialKeys(open()).current()).toEqual(first);
    expect(
      readdirSync(join(directory, "own"))
        .map((name) => readFileSync(join(directory, "own", name), "latin1"))
        .join(),
    ).not.toContain(Buffer.from(first.bytes).toString("base64"));
    await open().rotate();
    expect(await ring.current()).toEqual(first);
    const next = await ring.beginRotation();
    // Another process goes on after a crash.
    const again = credentialKeys(open());
    expect(await again.beginRotation()).toEqual(next);
    expect(await again.find(first.id)).toEqual(first);
    await again.endRotation();
    expect(await again.current()).toEqual(next);
    expect(await again.find(first.id)).toBeUndefined();
    await expect(credentialKeys(open("another passphrase that is long")).current()).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
