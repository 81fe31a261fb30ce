export { crmSources } from "./crm-sources.ts";
export { timelineHandlers } from "./handlers.ts";
export { type TimelineEntry, type TimelinePage, type TimelineSource, timelineOf } from "./timeline.ts";
