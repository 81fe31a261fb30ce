import type { Answer } from "../kit/index.ts";

export interface OrderFault {
  category: string;
  type: string;
  description: string;
  fieldName?: string;
}

/** Booking management never refuses by status: what went wrong stands in `errors`. */
export const orderAnswer = (now: number, request: unknown, body: object, errors: readonly OrderFault[] = []): Answer => ({
  status: 200,
  body: { timestamp: new Date(now).toISOString().slice(0, 19), ...body, request, ...(errors.length === 0 ? {} : { errors }) },
});

export const fault = (type: string, description: string, category = "APPLICATION_ERROR"): OrderFault => ({ category, type, description });

/** Refusals of the gateway before any service. */
export const gatewayAnswer = (now: number, status: number, errorCode: string, message: string): Answer => ({
  status,
  body: { status: "NotProcessed", type: "Validation", errorCode, timeStamp: new Date(now).toISOString(), message },
});
