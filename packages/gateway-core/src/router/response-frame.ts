import { jsonOf, type TravelAgentError } from "@travelagent/protocol";

const plainId = /^[\w:.-]+$/;
const quoted = (id: string): string => (plainId.test(id) ? `"${id}"` : JSON.stringify(id));

export const okFrame = (id: string, payload: unknown): string => `{"type":"res","id":${quoted(id)},"ok":true,"payload":${jsonOf(payload)}}`;

export const errorFrame = (id: string, error: TravelAgentError): string =>
  `{"type":"res","id":${quoted(id)},"ok":false,"error":${JSON.stringify(error.toShape())}}`;
