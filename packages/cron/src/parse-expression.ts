import { type CronExpression, CronExpressionParser } from "cron-parser";

/** The expression on a wall clock that never changes. In a file of its own, so that it is loaded when somebody has one. */
export const parseExpression = (expr: string): CronExpression => CronExpressionParser.parse(expr, { tz: "UTC" });
