import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ScriptedAnswer, ScriptedReply } from "./scripted-answer.ts";

/** One request as it came over the wire. */
export interface ModelServerRequest {
  path: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: Record<string, unknown>;
}

export interface ModelServerOptions {
  /** Asked for every request. */
  reply(request: ModelServerRequest): ScriptedReply | Promise<ScriptedReply>;
  /** Requests with another key are refused as the vendor refuses them. */
  apiKey?: string;
  /** Keep what came in `requests`. Default true; measurements switch it off. */
  record?: boolean;
}

/** A server on the loopback interface that speaks a vendor's wire format. */
export interface ModelServer {
  /** What to give the provider as `baseUrl`. */
  readonly url: string;
  readonly requests: ModelServerRequest[];
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** What differs between vendors. */
export interface Dialect {
  /** Of `url`. */
  basePath: string;
  keyOf(request: ModelServerRequest): string | undefined;
  /** Whether a stream is asked for. Default: `stream: true` in the body. */
  streams?(request: ModelServerRequest): boolean;
  /** Null for a path the vendor has not. `serial` counts the answers of this server, for ids. */
  encode(path: string, answer: ScriptedAnswer, request: ModelServerRequest, serial: number): string[] | null;
  errorBody(status: number, type: string | undefined, message: string): unknown;
  errorEvent(path: string, type: string, message: string): string;
}

export const sseEvent = (data: unknown, event?: string): string => `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
};

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

async function send(response: ServerResponse, events: string[], reply: Exclude<ScriptedReply, { status: number }>): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  const sent = reply.cutAfter === undefined ? events : events.slice(0, reply.cutAfter);
  if (reply.pauseMs === undefined) response.write(sent.join(""));
  else {
    response.flushHeaders();
    for (const event of sent) {
      await pause(reply.pauseMs);
      if (response.destroyed) return;
      response.write(event);
    }
  }
  if (reply.cutAfter === undefined) response.end();
  else {
    // What was written has to leave before the connection breaks.
    await pause(20);
    response.destroy();
  }
}

export async function startModelServer(dialect: Dialect, { reply, apiKey, record = true }: ModelServerOptions): Promise<ModelServer> {
  const requests: ModelServerRequest[] = [];
  let serial = 0;
  const refuse = (
    response: ServerResponse,
    status: number,
    type: string | undefined,
    message: string,
    headers: Readonly<Record<string, string>> = {},
    body: unknown = dialect.errorBody(status, type, message),
  ) => void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await read(incoming);
    const path = new URL(incoming.url ?? "/", "http://localhost").pathname;
    const request: ModelServerRequest = { path, headers: incoming.headers as Record<string, string | undefined>, body: text === "" ? {} : JSON.parse(text) };
    if (record) requests.push(request);
    const key = dialect.keyOf(request);
    if (apiKey !== undefined && key !== apiKey) return refuse(response, 401, undefined, `Incorrect API key provided: ${key ?? ""}.`);
    const scripted = await reply(request);
    if ("status" in scripted) return refuse(response, scripted.status, scripted.type, scripted.message ?? "scripted failure", scripted.headers, scripted.body);
    const events = dialect.encode(path, scripted, request, ++serial);
    if (!events || incoming.method !== "POST") return refuse(response, 404, undefined, `there is no ${path}`);
    if (!(dialect.streams?.(request) ?? request.body.stream === true))
      return refuse(response, 400, undefined, "this server answers with streams only; send stream: true");
    const broken = scripted.breakWith;
    await send(response, broken ? [...events.slice(0, broken.after), dialect.errorEvent(path, broken.type, broken.message)] : events, scripted);
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, undefined, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${dialect.basePath}`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
