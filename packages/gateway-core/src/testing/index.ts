export { memorySessions, plainSessionKey } from "./memory-sessions.ts";
export { type ScriptedTurn, scriptedAgent } from "./scripted-agent.ts";
export { connectTestClient, openTestClient, type TestClient, type TestClientOptions, type TestConnectOptions } from "./socket-pair.ts";
