import type { Money } from "@travelagent/protocol";
import type { Page, Subject } from "../crm.ts";

/** In the order a sale goes; it ends as `won` or `lost`. */
export const leadStages = ["new", "contacted", "qualified", "quoted", "won", "lost"] as const;
export type LeadStage = (typeof leadStages)[number];

export interface LeadFields {
  summary: string;
  destination?: string;
  /** As the person said it. */
  dates?: string;
  /** As the person said it. */
  budget?: string;
}

export interface NextStep {
  what: string;
  /** ISO 8601 UTC. */
  dueAt?: string;
}

export interface Lead extends LeadFields {
  id: string;
  customerId?: string;
  sessionKey: string;
  /** Channel it came from. */
  source: string;
  stage: LeadStage;
  /** Of a lost one, and always there then. */
  lostReason?: string;
  owner?: string;
  nextStep?: NextStep;
  /** What the sale would bring, by the agency's own guess. */
  expectedValue?: Money;
  createdAt: string;
  updatedAt: string;
  version: number;
}

/** When a lead came to a stage, and who or what moved it there. */
export interface LeadStep {
  stage: LeadStage;
  reason?: string;
  by: string;
  at: string;
}

/** `undefined` leaves a field as it is, null takes its value away. */
export interface LeadChanges {
  stage?: LeadStage | undefined;
  lostReason?: string | undefined;
  owner?: string | null | undefined;
  nextStep?: NextStep | null | undefined;
  expectedValue?: Money | null | undefined;
  summary?: string | undefined;
}

export interface LeadFilter extends Page {
  stage?: LeadStage;
  owner?: string;
  customerId?: string;
  sessionKey?: string;
}

/** Something that moves a lead by itself. */
export interface LeadProgress {
  sessionKey: string;
  to: "quoted" | "won";
  /** What happened, such as `quote:q1`: it moves a lead once, whoever moved it back since. */
  cause: string;
  /** Milliseconds. Leads that came later are about something else. */
  at: number;
}

/** People who may become customers, or want another trip. */
export interface Leads {
  createLead(
    about: Subject,
    lead: LeadFields & { source: string } & Pick<LeadChanges, "owner" | "nextStep" | "expectedValue">,
    options: { idempotencyKey: string; by?: string },
  ): Promise<Lead>;
  /**
   * Raises `CONFLICT` when the lead is no longer at `expectedVersion`, `INVALID_REQUEST` for one that is lost without a reason.
   * `by`: for the history; default `operator`.
   */
  updateLead(id: string, changes: LeadChanges, options?: { expectedVersion?: number; by?: string }): Promise<Lead>;
  /** Newest first. */
  leads(filter: LeadFilter): Promise<{ leads: Lead[]; nextCursor?: string }>;
  /** With the stages it went through, oldest first. */
  lead(id: string): Promise<{ lead: Lead; history: LeadStep[] } | null>;
  /** The newest lead of the conversation that is not won or lost. */
  openLead(sessionKey: string): Promise<Lead | null>;
  /** Moves the open lead of a conversation on, never back. Null when nothing moved: there is none, it is further, or the cause has counted before. */
  advanceLead(progress: LeadProgress): Promise<Lead | null>;
}
