import { describe, expect, it } from "vitest";
import { modelContract } from "../../testing/model-contract.ts";
import { createConcierge } from "./concierge.ts";
import { sampleGazetteer } from "./testing/gazetteer.ts";

modelContract({ describe, it, expect }, "concierge", async () => ({ model: createConcierge({ places: sampleGazetteer }), close: async () => undefined }));
