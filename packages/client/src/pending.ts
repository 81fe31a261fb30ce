import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";

interface PendingCall {
  method: string;
  params: unknown;
  timeoutMs: number;
  /** The answer that says "accepted" is not the outcome. */
  twoStage: boolean;
  onAccepted?: (payload: unknown) => void;
}

interface RequestOut {
  type: "req";
  id: string;
  method: string;
  params?: unknown;
}

/** Calls without an outcome yet, in the order they were made. */
export interface PendingTable {
  /** Rejects with `TIMEOUT` after `timeoutMs`, whether the call was sent by then or not. */
  add(call: PendingCall): Promise<unknown>;
  /** Requests to send now; they count as sent. */
  takeUnsent(): RequestOut[];
  /** An answer of the gateway. False when no call waits for it. */
  settle(response: { id?: unknown; ok?: unknown; payload?: unknown; error?: unknown }): boolean;
  /**
   * The connection is gone. What was sent and carries an `idempotencyKey` will be sent again, since the gateway answers
   * the repeat with the first answer; other calls that were sent reject with `UNAVAILABLE`, as nobody knows their outcome.
   */
  drop(): void;
  failAll(error: TravelAgentError): void;
}

interface Entry {
  request: RequestOut;
  sent: boolean;
  resend: boolean;
  accepted: boolean;
  call: PendingCall;
  resolve(value: unknown): void;
  reject(error: TravelAgentError): void;
}

export function createPendingTable(clock: Clock): PendingTable {
  const entries = new Map<string, Entry>();
  let lastId = 0;
  return {
    add(call) {
      return new Promise((resolve, reject) => {
        const id = String(++lastId);
        const cancelTimer = clock.after(call.timeoutMs, () => {
          const sent = entries.get(id)?.sent === true;
          const hint = sent ? "the gateway did not answer in time" : "there was no connection to the gateway in time";
          entries.get(id)?.reject(new TravelAgentError("TIMEOUT", `${call.method}: ${hint}`));
        });
        const finish = () => {
          cancelTimer();
          entries.delete(id);
        };
        entries.set(id, {
          request: { type: "req", id, method: call.method, ...(call.params === undefined ? {} : { params: call.params }) },
          sent: false,
          resend: hasIdempotencyKey(call.params),
          accepted: false,
          call,
          resolve(value) {
            finish();
            resolve(value);
          },
          reject(error) {
            finish();
            reject(error);
          },
        });
      });
    },
    takeUnsent() {
      const unsent = [...entries.values()].filter((entry) => !entry.sent);
      for (const entry of unsent) entry.sent = true;
      return unsent.map((entry) => entry.request);
    },
    settle(response) {
      const entry = typeof response.id === "string" ? entries.get(response.id) : undefined;
      if (!entry) return false;
      if (response.ok !== true) entry.reject(TravelAgentError.fromShape(errorShape(response.error)));
      else if (entry.call.twoStage && isAccepted(response.payload)) {
        // After a reconnect the repeat is accepted once more; the caller hears of it once.
        if (!entry.accepted) {
          entry.accepted = true;
          entry.call.onAccepted?.(response.payload);
        }
      } else entry.resolve(response.payload);
      return true;
    },
    drop() {
      for (const entry of [...entries.values()]) {
        if (!entry.sent) continue;
        if (entry.resend) entry.sent = false;
        else
          entry.reject(
            new TravelAgentError(
              "UNAVAILABLE",
              `${entry.call.method}: the connection broke before the answer came; check whether it took effect, then call again`,
            ),
          );
      }
    },
    failAll(error) {
      for (const entry of [...entries.values()]) entry.reject(error);
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const hasIdempotencyKey = (params: unknown): boolean => isObject(params) && typeof params.idempotencyKey === "string";
const isAccepted = (payload: unknown): boolean => isObject(payload) && payload.status === "accepted";

function errorShape(error: unknown): ErrorShape {
  if (isObject(error) && typeof error.code === "string" && typeof error.message === "string") return error as unknown as ErrorShape;
  return { code: "INTERNAL", message: "the gateway refused the call without saying why" };
}
