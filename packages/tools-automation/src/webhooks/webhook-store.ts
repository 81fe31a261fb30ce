import type { Migration, Row } from "@travelagent/protocol/ports";

/** What others can be told of. Each names ids and states, and no words of customers. */
export const webhookEvents = ["booking.changed", "conversation.handed-over", "approval.requested", "delivery.failed"] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Who is told of what. */
export interface WebhookSubscription {
  id: string;
  url: string;
  events: WebhookEvent[];
  description?: string;
  createdBy: string;
  /** ISO 8601 UTC. */
  createdAt: string;
  /** Why nothing is sent there any more. */
  disabled?: string;
}

export interface WebhookDelivery {
  /** `webhook-id`: the same for every attempt. */
  id: string;
  subscriptionId: string;
  event: string;
  /** `dead`: given up, until a person has it tried again. */
  status: "pending" | "delivered" | "dead";
  attempts: number;
  reason?: string;
  /** ISO 8601 UTC. */
  createdAt: string;
  /** Of a pending one: when it is tried next. */
  nextAt?: string;
}

export const webhookMigrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
      create table webhook_subscription (
        id text primary key, url text not null, events text not null, description text, created_by text not null, created_at bigint not null, disabled text
      );
      create table webhook_delivery (
        id text primary key, subscription_id text not null, event text not null, dedupe text not null, body text not null, status text not null,
        attempts integer not null, reason text, created_at bigint not null, next_at bigint not null
      );
      create unique index webhook_delivery_once on webhook_delivery (subscription_id, dedupe);
      create index webhook_delivery_due on webhook_delivery (subscription_id, next_at) where status = 'pending';
      create index webhook_delivery_listed on webhook_delivery (status, created_at);
      create table webhook_owner_seen (session_key text primary key, state text not null);
      create table webhook_trigger (name text primary key, message text not null, agent_id text, created_by text not null, created_at bigint not null);
    `,
  },
];

const at = (value: unknown): string => new Date(Number(value)).toISOString();

export const readSubscription = (row: Row): WebhookSubscription => ({
  id: row.id as string,
  url: row.url as string,
  events: JSON.parse(row.events as string) as WebhookEvent[],
  ...(row.description ? { description: row.description as string } : {}),
  createdBy: row.created_by as string,
  createdAt: at(row.created_at),
  ...(row.disabled ? { disabled: row.disabled as string } : {}),
});

export const readDelivery = (row: Row): WebhookDelivery => ({
  id: row.id as string,
  subscriptionId: row.subscription_id as string,
  event: row.event as string,
  status: row.status as WebhookDelivery["status"],
  attempts: Number(row.attempts),
  ...(row.reason ? { reason: row.reason as string } : {}),
  createdAt: at(row.created_at),
  ...(row.status === "pending" ? { nextAt: at(row.next_at) } : {}),
});
