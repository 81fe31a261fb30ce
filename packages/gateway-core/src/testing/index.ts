export { memorySessions, plainSessionKey } from "./memory-sessions.ts";
export { type TestPlatform, testPlatform } from "./platform.ts";
export { type PrometheusFamily, type PrometheusSample, parsePrometheus } from "./prometheus.ts";
export { type ScriptedTurn, scriptedAgent } from "./scripted-agent.ts";
export { connectTestClient, openTestClient, type TestClient, type TestClientOptions, type TestConnectOptions } from "./socket-pair.ts";
export { type SignedConnect, type TestDevice, testDevice } from "./test-device.ts";
