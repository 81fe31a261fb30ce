import { auditRetention } from "@travelagent/agent-runtime/gate";
import { messageRetention, unansweredSessions, usageRetention } from "@travelagent/gateway-core";
import { createRetention } from "@travelagent/privacy";
import type { Handlers } from "@travelagent/protocol";
import type { RetentionStore, SessionsInUse } from "@travelagent/protocol/personal-data";
import { transcriptRetention } from "@travelagent/sessions";
import { quoteRetention, sessionsWithOpenBookings } from "@travelagent/tools-booking";
import { leadRetention, sessionsWithPromises } from "@travelagent/tools-crm/sales";
import type { CustomersOptions } from "./open-customers.ts";

export interface OpenedRetention {
  handlers: Handlers;
  /** After the engine and everybody's tables are there. */
  resume(): Promise<void>;
  close(): void;
}

/** Forgets what its time is over of, as configured. Before the engine starts. `more`: stores that were opened elsewhere. */
export function openRetention({ config, db, work, sessions, media, clock, log }: CustomersOptions, more: readonly RetentionStore[]): OpenedRetention {
  const unanswered = unansweredSessions(db);
  const inUse: SessionsInUse = async (keys) =>
    new Set([...(await unanswered(keys)), ...(await sessionsWithOpenBookings(db, keys)), ...(await sessionsWithPromises(db, keys))]);
  const stores = [
    transcriptRetention({ db, sessions, inUse }),
    messageRetention({ db, inUse }),
    leadRetention({ db }),
    quoteRetention({ db }),
    auditRetention({ db, inUse }),
    usageRetention({ db }),
    media.retention(inUse),
    ...more,
  ];
  const retention = createRetention({ db, work, clock, log, stores: () => stores, policy: () => config().privacy.retention });
  retention.define();
  return {
    handlers: {
      "privacy.retention.run": async (params, call) => ({ ...(await retention.run({ dryRun: params?.dryRun ?? false, signal: call.signal })) }),
      "privacy.retention.status": () => retention.status(),
    },
    resume: () => retention.start(),
    close: () => retention.stop(),
  };
}
