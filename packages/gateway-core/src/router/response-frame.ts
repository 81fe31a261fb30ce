import type { TravelAgentError } from "@travelagent/protocol";
import { toJson } from "./json-memo.ts";

const plainId = /^[\w:.-]+$/;
const quoted = (id: string): string => (plainId.test(id) ? `"${id}"` : JSON.stringify(id));

export const okFrame = (id: string, payload: unknown): string => `{"type":"res","id":${quoted(id)},"ok":true,"payload":${toJson(payload)}}`;

export const errorFrame = (id: string, error: TravelAgentError): string =>
  `{"type":"res","id":${quoted(id)},"ok":false,"error":${JSON.stringify(error.toShape())}}`;
