import type { ApiClientOptions } from "grammy";

type ClientFetch = NonNullable<ApiClientOptions["fetch"]>;

/**
 * The platform's own `fetch` for the Bot API client. What the client brings along knows its abort signals by the name of their class, which is
 * another one in a bundle; the platform takes none but its own, so the client's signal is passed on by an own one.
 */
export const platformFetch = ((url: string, { signal, ...init }: RequestInit = {}) => {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  // A file is sent as it is read.
  const stream = init.body !== undefined && init.body !== null && typeof init.body !== "string" ? { duplex: "half" as const } : {};
  return fetch(url, { ...init, ...stream, signal: controller.signal });
}) as unknown as ClientFetch;
