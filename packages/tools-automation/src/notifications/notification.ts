import type { TurnScope } from "@travelagent/protocol/turn";

export type NotificationChannel = "email" | "sms";

/** What it is for: who wants nothing of a purpose gets nothing of it. */
export type NotificationPurpose = "service" | "reminders" | "marketing" | "legal";
/** Whether it may disturb somebody in the night. */
export type NotificationKind = "disruption" | "payment-page" | "one-time-code" | "reply" | "notice" | "reminder" | "marketing";

/** A paper of a booking. */
export interface NotificationPaper {
  bookingReference: string;
  paper: "itinerary" | "calendar" | "invoice";
}

/** Where a customer is reached: vouched for as theirs. */
export interface NotificationRecipient {
  channel: NotificationChannel;
  accountId: string;
  peerId: string;
}

/** What is to be sent, in the words in which it goes out. */
export interface Notification {
  /** The same again goes out once. */
  id: string;
  /** The conversation in which it was asked for, and its customer. */
  sessionKey: string;
  customerId: string;
  to: NotificationRecipient;
  text: string;
  subject?: string;
  papers: readonly NotificationPaper[];
  purpose: NotificationPurpose;
  kind: NotificationKind;
}

/** What the notifier needs of everybody else. */
export interface NotificationPorts {
  /** Addresses of this customer on the channel that are vouched for and of the same agency as the turn, the best first. Empty where there is none. */
  recipients(turn: TurnScope, channel: NotificationChannel): Promise<readonly NotificationRecipient[]>;
  /** Raises `NOT_FOUND` for a template that is not there and `INVALID_REQUEST` for values that do not fit. */
  render(
    turn: TurnScope,
    channel: NotificationChannel,
    template: { name: string; values: Readonly<Record<string, unknown>> },
  ): Promise<{ text: string; subject?: string; purpose: NotificationPurpose; kind: NotificationKind }>;
  /** When a message of this kind may go to the customer of a conversation, in milliseconds since the epoch. */
  allowedAt(sessionKey: string, kind: NotificationKind, from: number): Promise<number>;
  /** Why the customer does not get it; undefined when they may. */
  unwanted(notification: Pick<Notification, "sessionKey" | "customerId" | "to" | "purpose">): Promise<string | undefined>;
  /** Whose booking it is, by its reference; null when there is none. */
  bookingOwner(reference: string): Promise<{ customerId: string; sessionKey: string } | null>;
  /** Hands it to the outbox: durable when it resolves, and the same id again goes out once. Raises what a repeat does not cure as not `retryable`. */
  deliver(notification: Notification): Promise<void>;
}
