import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { TravelAgentError } from "@travelagent/protocol";
import { tracerContract } from "@travelagent/protocol/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTelemetry, type Telemetry } from "./index.ts";

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}
interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: Attribute[];
  status: { code?: number; message?: string };
  events?: unknown[];
}

describe("telemetry", () => {
  let collector: Server;
  let requests: {
    path: string;
    headers: IncomingHttpHeaders;
    body: { resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: ExportedSpan[] }[] }[] };
  }[];
  let telemetry: Telemetry;

  beforeEach(async () => {
    requests = [];
    collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        requests.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
        response.setHeader("content-type", "application/json").end("{}");
      });
    });
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    telemetry = createTelemetry({
      endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      headers: { "x-collector-key": "k1" },
      serviceVersion: "1.2.3",
    });
  });
  afterEach(async () => {
    await telemetry.stop();
    collector.close();
  });

  const spans = () => requests.flatMap(({ body }) => body.resourceSpans.flatMap((resource) => resource.scopeSpans.flatMap((scope) => scope.spans)));

  it("sends spans with parents, attributes and their service to the collector", async () => {
    const turn = telemetry.tracer.startSpan("invoke_agent", { attributes: { "gen_ai.operation.name": "invoke_agent" } });
    const call = telemetry.tracer.startSpan("chat m1", { parent: turn.traceparent });
    call.setAttribute("gen_ai.usage.input_tokens", 12);
    call.end();
    turn.end();
    await telemetry.flush();
    expect(requests[0]).toMatchObject({ path: "/v1/traces", headers: { "content-type": "application/json", "x-collector-key": "k1" } });
    expect(requests[0]!.body.resourceSpans[0]!.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: "service.name", value: { stringValue: "travelagent-gateway" } },
        { key: "service.version", value: { stringValue: "1.2.3" } },
      ]),
    );
    const [child, parent] = spans();
    expect(parent).toMatchObject({ name: "invoke_agent", attributes: [{ key: "gen_ai.operation.name", value: { stringValue: "invoke_agent" } }] });
    expect(child).toMatchObject({ name: "chat m1", traceId: parent!.traceId, parentSpanId: parent!.spanId });
    expect(child!.attributes).toEqual([{ key: "gen_ai.usage.input_tokens", value: { intValue: 12 } }]);
    expect(turn.traceparent).toBe(`00-${parent!.traceId}-${parent!.spanId}-01`);
  });

  it("continues the trace of a client, and starts its own for what is no traceparent", async () => {
    for (const parent of [
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
      "nonsense",
      "00-00000000000000000000000000000000-0000000000000000-01",
      "",
    ])
      telemetry.tracer.startSpan("rpc", { parent }).end();
    await telemetry.flush();
    const [sampled, unsampled, ...own] = spans();
    expect(sampled).toMatchObject({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", parentSpanId: "00f067aa0ba902b7" });
    expect(unsampled).toMatchObject({ traceId: "4bf92f3577b34da6a3ce929d0e0e4736" });
    expect(new Set(own.map(({ traceId }) => traceId)).size).toBe(3);
    expect(own.every(({ traceId, parentSpanId }) => traceId !== "4bf92f3577b34da6a3ce929d0e0e4736" && !parentSpanId)).toBe(true);
  });

  it("tells of an error its kind and code, never its words", async () => {
    for (const error of [new TravelAgentError("MODEL_AUTH", "key sk-secret of ana@example.com"), new TypeError("ana@example.com"), "ana@example.com"]) {
      const span = telemetry.tracer.startSpan("failing");
      span.recordError(error);
      span.end();
    }
    await telemetry.flush();
    expect(spans().map(({ attributes, status }) => [attributes[0]!.value.stringValue, status.code])).toEqual([
      ["MODEL_AUTH", 2],
      ["TypeError", 2],
      ["Error", 2],
    ]);
    expect(JSON.stringify(requests)).not.toMatch(/ana@example|sk-secret/);
  });

  it("loses spans and nothing else when the collector is away", async () => {
    const away = createTelemetry({ endpoint: "http://127.0.0.1:9", exportTimeoutMs: 200 });
    away.tracer.startSpan("lost").end();
    await away.flush();
    await away.stop();
    await away.stop();
    expect(requests).toEqual([]);
  });
});

tracerContract({ describe, it, expect }, "OpenTelemetry", () => createTelemetry({ endpoint: "http://127.0.0.1:9" }).tracer);
