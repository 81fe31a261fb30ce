export { changesOf, type SupplierChange } from "./changes-of.ts";
export type { JourneyChange, ScheduleChange } from "./journey-changes.ts";
export { defaultReadingTimes, type ReadingTimes } from "./reading-times.ts";
export { scheduleChangeTool } from "./schedule-change-tool.ts";
export { defaultNewsTiming, type NewsTiming } from "./supplier-news.ts";
