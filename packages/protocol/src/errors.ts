/**
 * Every failure that crosses a border of this system has one of these codes.
 * The list is closed: a program can switch over it. `retryable` says that the same call may succeed later unchanged.
 */
export const errorCodes = {
  // the caller's request
  INVALID_REQUEST: { retryable: false, httpStatus: 400 },
  UNAUTHORIZED: { retryable: false, httpStatus: 401 },
  FORBIDDEN: { retryable: false, httpStatus: 403 },
  /** The device is not known yet, or asks for more than an operator agreed to. `details.code` says which. */
  NOT_PAIRED: { retryable: false, httpStatus: 403 },
  NOT_FOUND: { retryable: false, httpStatus: 404 },
  METHOD_NOT_ALLOWED: { retryable: false, httpStatus: 405 },
  CONFLICT: { retryable: false, httpStatus: 409 },
  PAYLOAD_TOO_LARGE: { retryable: false, httpStatus: 413 },
  RATE_LIMITED: { retryable: true, httpStatus: 429 },
  CONFIG_INVALID: { retryable: false, httpStatus: 400 },
  // idempotency
  IDEMPOTENCY_MISMATCH: { retryable: false, httpStatus: 422 },
  IN_PROGRESS: { retryable: true, httpStatus: 409 },
  // the tool gate
  TOOL_NOT_ALLOWED: { retryable: false, httpStatus: 403 },
  SCOPE_VIOLATION: { retryable: false, httpStatus: 403 },
  TAINTED: { retryable: false, httpStatus: 403 },
  POLICY_DENIED: { retryable: false, httpStatus: 403 },
  CONFIRMATION_REQUIRED: { retryable: false, httpStatus: 409 },
  APPROVAL_REQUIRED: { retryable: false, httpStatus: 409 },
  APPROVAL_NOT_FOUND: { retryable: false, httpStatus: 404 },
  LOOP_LIMIT: { retryable: false, httpStatus: 429 },
  // travel
  OFFER_EXPIRED: { retryable: false, httpStatus: 410 },
  OFFER_NOT_FOUND: { retryable: false, httpStatus: 404 },
  PRICE_CHANGED: { retryable: false, httpStatus: 409 },
  SOLD_OUT: { retryable: false, httpStatus: 409 },
  SUPPLIER_REJECTED: { retryable: false, httpStatus: 422 },
  SUPPLIER_UNAVAILABLE: { retryable: true, httpStatus: 503 },
  OUTCOME_UNKNOWN: { retryable: false, httpStatus: 504 },
  // models
  MODEL_AUTH: { retryable: false, httpStatus: 502 },
  MODEL_RATE_LIMITED: { retryable: true, httpStatus: 429 },
  MODEL_OVERLOADED: { retryable: true, httpStatus: 503 },
  MODEL_REJECTED: { retryable: false, httpStatus: 502 },
  MODEL_INTERRUPTED: { retryable: true, httpStatus: 502 },
  // the machine
  CANCELLED: { retryable: false, httpStatus: 499 },
  TIMEOUT: { retryable: true, httpStatus: 504 },
  UNAVAILABLE: { retryable: true, httpStatus: 503 },
  STORAGE_BUSY: { retryable: true, httpStatus: 503 },
  STORAGE_FULL: { retryable: true, httpStatus: 507 },
  STORAGE_CORRUPT: { retryable: false, httpStatus: 500 },
  INTERNAL: { retryable: false, httpStatus: 500 },
} as const satisfies Record<string, { retryable: boolean; httpStatus: number }>;

export type ErrorCode = keyof typeof errorCodes;

/** An error as clients see it. `cause` never crosses the wire. */
export interface ErrorShape {
  code: string;
  message: string;
  details?: unknown;
  retryable?: boolean;
  retryAfterMs?: number;
}

const brand: unique symbol = Symbol.for("@travelagent/error") as never;

/**
 * The one error class. The message tells a person what to do next, the code tells a program.
 * `is` holds across two installed copies of this package.
 */
export class TravelAgentError extends Error {
  readonly [brand] = true;
  readonly code: ErrorCode;
  /** Facts a program may use, such as the new price of a changed offer. Sent to clients: no secrets, no personal data. */
  readonly details: unknown;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: { details?: unknown; retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TravelAgentError";
    this.code = code;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  static is(error: unknown, code?: ErrorCode): error is TravelAgentError {
    return error instanceof Error && brand in error && (code === undefined || (error as TravelAgentError).code === code);
  }

  /** Any thrown value as one of ours; an unknown one becomes `INTERNAL` with a message that reveals nothing. */
  static from(error: unknown): TravelAgentError {
    if (TravelAgentError.is(error)) return error;
    return new TravelAgentError("INTERNAL", "something went wrong on our side; the log has the details under this request's id", { cause: error });
  }

  toShape(): ErrorShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
      ...(this.retryable ? { retryable: true } : {}),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }

  /** The inverse of `toShape`, for memoized failures and for clients. An unknown code becomes `INTERNAL` and keeps its message. */
  static fromShape(shape: ErrorShape): TravelAgentError {
    const code = Object.hasOwn(errorCodes, shape.code) ? (shape.code as ErrorCode) : "INTERNAL";
    return new TravelAgentError(code, shape.message, {
      details: shape.details,
      ...(shape.retryAfterMs === undefined ? {} : { retryAfterMs: shape.retryAfterMs }),
    });
  }
}
