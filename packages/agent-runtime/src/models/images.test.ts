import type { TranscriptMessage } from "@travelagent/protocol/messages";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterEach, describe, expect, it } from "vitest";
import type { Model, ModelImage, ModelRequest } from "../model.ts";
import { anthropicServer } from "../testing/anthropic-server.ts";
import { collect, failure, pictured } from "../testing/contract-requests.ts";
import { geminiServer } from "../testing/gemini-server.ts";
import { modelContract } from "../testing/model-contract.ts";
import type { ModelServer, ModelServerOptions } from "../testing/model-server.ts";
import { openAiServer } from "../testing/openai-server.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { watchModel } from "../watch/index.ts";
import { anthropic } from "./anthropic.ts";
import { gemini } from "./gemini.ts";
import { createKeyRing } from "./key-ring.ts";
import { openai } from "./openai.ts";
import { rotating } from "./rotating.ts";

const at = Date.parse("2027-01-15T09:00:42Z");
const note = "[now: Friday 2027-01-15 10:00, Europe/Madrid]";
const said: TranscriptMessage[] = [
  { role: "user", content: "Hello", timestamp: at },
  { role: "assistant", content: [{ type: "text", text: "Hi." }], provider: "p", model: "m", stopReason: "stop", timestamp: at },
  { role: "user", content: "What is this?", timestamp: at },
];
const images: ModelImage[] = [
  { mimeType: "image/png", data: "cG5n" },
  { mimeType: "image/webp", data: "d2VicA==" },
];
const asked: ModelRequest = { system: "", messages: said, images, tools: [], now: at, timeZone: "Europe/Madrid" };

type Make = (url: string, seesImages: boolean) => Model;
interface Vendor {
  name: string;
  serve(options: ModelServerOptions): Promise<ModelServer>;
  make: Make;
  /** The last message of the body. */
  last: unknown;
}
const common = { apiKey: "k", model: "m" };
const vendors: Vendor[] = [
  {
    name: "anthropic",
    serve: anthropicServer,
    make: (baseUrl, seesImages) => anthropic({ ...common, baseUrl, seesImages }),
    last: {
      role: "user",
      content: [
        { type: "image", source: { type: "base64", media_type: "image/png", data: "cG5n" } },
        { type: "image", source: { type: "base64", media_type: "image/webp", data: "d2VicA==" } },
        { type: "text", text: "What is this?" },
        { type: "text", text: note },
      ],
    },
  },
  {
    name: "openai responses",
    serve: openAiServer,
    make: (baseUrl, seesImages) => openai({ ...common, baseUrl, seesImages, api: "responses" }),
    last: {
      role: "user",
      content: [
        { type: "input_image", image_url: "data:image/png;base64,cG5n", detail: "auto" },
        { type: "input_image", image_url: "data:image/webp;base64,d2VicA==", detail: "auto" },
        { type: "input_text", text: "What is this?" },
        { type: "input_text", text: note },
      ],
    },
  },
  {
    name: "openai completions",
    serve: openAiServer,
    make: (baseUrl, seesImages) => openai({ ...common, baseUrl, seesImages, api: "completions" }),
    last: {
      role: "user",
      content: [
        { type: "image_url", image_url: { url: "data:image/png;base64,cG5n" } },
        { type: "image_url", image_url: { url: "data:image/webp;base64,d2VicA==" } },
        { type: "text", text: `What is this?\n\n${note}` },
      ],
    },
  },
  {
    name: "gemini",
    serve: geminiServer,
    make: (baseUrl, seesImages) => gemini({ ...common, baseUrl, seesImages }),
    last: {
      role: "user",
      parts: [
        { inlineData: { mimeType: "image/png", data: "cG5n" } },
        { inlineData: { mimeType: "image/webp", data: "d2VicA==" } },
        { text: "What is this?" },
        { text: note },
      ],
    },
  },
];

describe.each(vendors)("pictures for $name", ({ serve, make, last }) => {
  const servers: ModelServer[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));
  const open = async (seesImages = true) => {
    const server = await serve({ reply: () => ({ text: "A beach." }) });
    servers.push(server);
    const turnsOf = ({ messages, input, contents }: Record<string, unknown>) => (messages ?? input ?? contents) as unknown[];
    return { model: make(server.url, seesImages), turns: () => turnsOf(server.requests.at(-1)!.body), server };
  };

  it("stand in the last user message, and in no other", async () => {
    const { model, turns } = await open();
    await collect(model, asked);
    expect(turns().at(-1)).toEqual(last);
    expect(JSON.stringify(turns().slice(0, -1))).not.toMatch(/cG5n|d2VicA/);
  });

  it("change nothing of a request without any", async () => {
    const [seeing, blind] = [await open(), await open(false)];
    const { images: _, ...without } = asked;
    await collect(seeing.model, without);
    await collect(blind.model, { ...without, images: [] });
    expect(seeing.server.requests[0]!.body).toEqual(blind.server.requests[0]!.body);
  });

  it("are sent to no model that does not see them", async () => {
    const { model, server } = await open(false);
    const error = await failure(model, asked);
    expect(error).toMatchObject({ code: "MODEL_REJECTED", message: expect.stringContaining('set input: ["text", "image"]') });
    expect(model).not.toHaveProperty("seesImages");
    expect(server.requests).toEqual([]);
  });

  it("need a user message to stand in", async () => {
    const { model, server } = await open();
    expect((await failure(model, { ...asked, messages: said.slice(1, 2) }))?.code).toBe("MODEL_REJECTED");
    expect(server.requests).toEqual([]);
  });
});

it.each([
  ["anthropic", "image/png", 5 * 1024 * 1024 + 4, "up to 3.9 MB"],
  ["gemini", "image/gif", 4, "does not take image/gif"],
] as const)("what %s refuses is not sent: %s of %d bytes", async (name, mimeType, size, words) => {
  const { serve, make } = vendors.find((vendor) => vendor.name === name)!;
  const server = await serve({ reply: () => ({ text: "A beach." }) });
  const error = await failure(make(server.url, true), { ...asked, images: [{ mimeType, data: "A".repeat(size) }] });
  await server.close();
  expect(error).toMatchObject({ code: "MODEL_REJECTED", message: expect.stringContaining(words) });
  expect(server.requests).toEqual([]);
});

describe("a model that is asked through others", () => {
  const seeing = () => scriptedModel(() => "A beach.", { seesImages: true });
  const keyed = (model: Model) => rotating({ keys: [{ key: { id: "p:one", mark: "" }, model }], ring: createKeyRing({ clock: fakeClock() }) });
  const watched = (model: Model) => watchModel(model, { onCall: () => {} });

  modelContract({ describe, it, expect }, "scripted, with eyes", async () => ({ model: seeing(), close: async () => {} }));

  it.each([
    ["rotating", keyed],
    ["watched", watched],
  ])("%s: sees what it sees itself", async (_, wrap) => {
    const model = seeing();
    expect(wrap(model).seesImages).toBe(true);
    await collect(wrap(model), pictured());
    expect(model.requests[0]?.images).toEqual(pictured().images);
    expect(wrap(scriptedModel([]))).not.toHaveProperty("seesImages");
  });
});
