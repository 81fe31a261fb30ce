export { type PortalHub, portalAddress } from "./adapter.ts";
export type { PaperKind, PortalDesk, PortalPaper, PortalQuote, PortalTrip } from "./desk.ts";
export type { PortalReply, PortalRequest, PortalRoute } from "./http.ts";
export { portalPersonalData } from "./personal-data.ts";
export { createPortal, type Portal, type PortalGuest, type PortalOptions } from "./portal.ts";
export { type PortalToolOptions, portalTool } from "./portal-tool.ts";
