import type { Booking, Money } from "@travelagent/protocol";
import { type ErrorShape, TravelAgentError } from "@travelagent/protocol";

export type PaperKind = "itinerary" | "calendar" | "invoice";

export interface Trip extends Pick<Booking, "id" | "reference" | "status" | "total" | "balance" | "payUrl" | "payUntil" | "notice"> {
  items: Pick<Booking["items"][number], "kind" | "summary" | "status" | "start" | "end" | "locators" | "sandbox">[];
  travellers: string[];
  papers: PaperKind[];
}

export interface Quote {
  id: string;
  title: string;
  message?: string;
  status: "open" | "accepted" | "withdrawn" | "expired" | "superseded";
  version: number;
  expiresAt: string;
  offers: { id: string; title: string; price: Money; sandbox: boolean; facts: { label: string; values: string[] }[]; chosen: boolean }[];
}

export interface Home {
  agency: { name: string; email?: string; phone?: string };
  customer: { name: string };
  trips: Trip[];
  quotes: Quote[];
}

/** Null when this browser was let in by no link, or is no longer. */
export async function readHome(): Promise<Home | null> {
  const response = await ask("home");
  if (response.status === 401) return null;
  if (!response.ok) throw await failure(response);
  return (await response.json()) as Home;
}

/** Raises with `details.renewable` when a new link can be asked for. */
export const openWith = (token: string): Promise<void> => post("open", { token });
export const askForLink = (token: string): Promise<void> => post("renew", { token });
export const leave = (): Promise<void> => post("leave", {});
export const acceptOffer = (quoteId: string, offer: string): Promise<void> => post(`quotes/${encodeURIComponent(quoteId)}/accept`, { offer });

export const paperAddress = (tripId: string, kind: PaperKind): string => `/portal/api/trips/${encodeURIComponent(tripId)}/${kind}`;

async function post(path: string, body: unknown): Promise<void> {
  const response = await ask(path, { method: "POST", headers: { "content-type": "application/json", "x-travelagent-csrf": "1" }, body: JSON.stringify(body) });
  if (!response.ok) throw await failure(response);
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(`/portal/api/${path}`, { credentials: "same-origin", cache: "no-store", ...init });
  } catch (cause) {
    throw new TravelAgentError("UNAVAILABLE", "the agency's system does not answer; check your connection and try again", { cause });
  }
}

async function failure(response: Response): Promise<TravelAgentError> {
  const body = (await response.json().catch(() => null)) as { error?: Partial<ErrorShape> } | null;
  return TravelAgentError.fromShape({
    code: body?.error?.code ?? "INTERNAL",
    message: body?.error?.message ?? `the agency's system answered ${response.status}`,
  });
}
