export { Booking, BookingItem, BookingStatus, TravelTime, Vertical } from "./booking.ts";
export { canonicalJson } from "./canonical.ts";
export { type CleanedText, cardCodeMarker, cardMarker, removeCardNumbers } from "./card-numbers.ts";
export { type DevicePayloadFields, type DevicePayloadForm, devicePayload } from "./device-payload.ts";
export { type ErrorCode, type ErrorShape, errorCodes, TravelAgentError } from "./errors.ts";
export { type EventName, type EventPayload, type EventSpec, events } from "./events.ts";
export {
  type ConnectionRole,
  ConnectParams,
  clientIds,
  clientModes,
  connectionRoles,
  EventFrame,
  Frame,
  HelloOk,
  limits,
  MAX_PROTOCOL_VERSION,
  PROTOCOL_VERSION,
  PresenceEntry,
  RequestFrame,
  ResponseFrame,
  type Scope,
  scopes,
} from "./frames.ts";
export { joinJson, jsonOf, memoizeJson } from "./json-memo.ts";
export { looksMerged, type MergedPart, mergeMessages, splitMerged } from "./merged-messages.ts";
export { ChatMessage, type GivenFile } from "./methods/chat.ts";
export { ConsentEntry, ContactPurpose, DisclosureEntry } from "./methods/consent.ts";
export { Approval, Conversation } from "./methods/conversations.ts";
export { Customer, CustomerPreferences } from "./methods/customers.ts";
export type { MethodSpec } from "./methods/define.ts";
export { PairedDevice, PairingRequest } from "./methods/devices.ts";
export { ExecApproval } from "./methods/exec-approvals.ts";
export { McpPendingTool, McpServerStatus } from "./methods/mcp.ts";
export { Node } from "./methods/nodes.ts";
export { ChannelPairingRequest } from "./methods/pairing.ts";
export { PluginInfo } from "./methods/plugins.ts";
export { DeadLetter } from "./methods/queue.ts";
export { SessionRow } from "./methods/sessions.ts";
export { type Call, type Handler, type Handlers, type MethodName, methodSpec, methods, type Params, type ParsedParams, type Result } from "./methods.ts";
export { Money } from "./money.ts";
