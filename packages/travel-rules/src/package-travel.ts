import type { Answer } from "./source.ts";

export type Service = "transport" | "accommodation" | "car" | "other";

export interface SoldService {
  kind: Service;
  /** ISO UTC: when the customer chose and paid, or agreed to pay. */
  soldAt: string;
  /** Part of the value of all, 0 to 1; for `other` services. */
  share?: number;
  /** Told to the customer as an essential part of the trip. */
  essential?: boolean;
}

export interface PackageAnswer extends Answer {
  isPackage: boolean;
  reasons: string[];
}

/**
 * Whether services sold together are a package, which makes the seller the organiser with insolvency protection, information duties
 * and liability. `one` is one contract, one total price or one process; otherwise a second sale within 24 hours can make one
 * (Directive (EU) 2026/1024).
 */
export function packageTravel(services: readonly SoldService[], { one, hours, nights }: { one: boolean; hours: number; nights: number }): PackageAnswer {
  const source = [
    { name: "Directive (EU) 2015/2302, Article 3", asOf: "2026-11-21" },
    { name: "Directive (EU) 2026/1024, once national law has taken it over", asOf: "2026-11-21" },
  ];
  const note = "The agency's lawyer decides on the case at hand; this flags what to look at.";
  // A tourist extra counts only where it is a quarter of the value or an essential part.
  const counted = services.filter(({ kind, share = 0, essential = false }) => kind !== "other" || share >= 0.25 || essential);
  const kinds = new Set(counted.map(({ kind }) => kind));
  const none = (reason: string): PackageAnswer => ({ isPackage: false, reasons: [reason], sources: source, note });
  if (kinds.size < 2) return none("fewer than two different kinds of travel services");
  if (hours < 24 && nights === 0) return none("shorter than 24 hours and without a night");
  if (one) return { isPackage: true, reasons: ["two kinds of services in one contract, at one price or in one process"], sources: source, note };
  const times = counted.map(({ soldAt }) => Date.parse(soldAt));
  const within = Math.max(...times) - Math.min(...times) <= 86_400_000;
  return within
    ? { isPackage: true, reasons: ["a second kind of service sold within 24 hours of the first"], sources: source, note }
    : none("sold apart, more than 24 hours from each other");
}
