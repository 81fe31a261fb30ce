import type { Clock, Database, Logger, Work } from "@travelagent/protocol/ports";
import type { Conversations } from "../conversations.ts";
import type { Inbox } from "../inbox.ts";
import { createMetrics, type Metrics } from "../metrics.ts";
import type { Outbox } from "../outbox.ts";
import type { QueueSettings, SessionPort } from "../ports.ts";
import { createDeadLetters, type DeadLetters } from "./dead-letters.ts";
import { createGather } from "./gather.ts";
import { createHolding, type Holding } from "./holding.ts";
import { questionShown } from "./open-question.ts";
import { createPauses, type Pauses } from "./pauses.ts";
import { createQueueMetrics, type QueueMetrics } from "./queue-metrics.ts";
import { defaultQueueRules, type QueueRules, queueSettings } from "./settings.ts";
import { createToolsUnderWay, type ToolsUnderWay } from "./tools-under-way.ts";

/** What waits in front of the turns and how it is dealt with. */
export interface Queue {
  rules(): QueueRules;
  settings(channel: string, session: Partial<QueueSettings> | undefined): QueueSettings;
  openQuestion(sessionKey: string): Promise<boolean>;
  readonly gather: ReturnType<typeof createGather>;
  readonly holding: Holding;
  readonly pauses: Pauses;
  readonly deadLetters: DeadLetters;
  readonly tools: ToolsUnderWay;
  readonly metrics: QueueMetrics;
}

export interface QueueOptions {
  db: Database;
  work: Work;
  inbox: Inbox;
  outbox: Outbox;
  conversations: Conversations;
  sessions: SessionPort;
  clock: Clock;
  log: Logger;
  metrics?: Metrics;
  /** Asked for whenever it is needed. */
  rules?: () => QueueRules;
  /** A question of this conversation waits for the customer's yes or no. Default: one whose time is not over was shown in it. */
  openQuestion?: (sessionKey: string) => Promise<boolean>;
  flows?: readonly string[];
  /** Messages of a group that a turn is told of which addresses it, at most. Default 50. */
  overheardLimit?: () => number;
}

export function createQueue({
  db,
  work,
  inbox,
  outbox,
  conversations,
  sessions,
  clock,
  log,
  metrics: registry = createMetrics(),
  rules = () => defaultQueueRules,
  openQuestion = questionShown({ db, clock }),
  flows = [],
  overheardLimit = () => 50,
}: QueueOptions): Queue {
  const metrics = createQueueMetrics({ db, clock, metrics: registry });
  return {
    rules,
    settings: (channel, session) => queueSettings(rules(), channel, session),
    openQuestion,
    gather: createGather({ inbox, clock, openQuestion, overheardLimit }),
    holding: createHolding({ db, conversations, outbox, sessions, clock, log, holdAfterMs: () => rules().holdAfterMs, onHeld: metrics.held }),
    pauses: createPauses({ db, clock }),
    deadLetters: createDeadLetters({ db, work, clock, flows, onAdded: metrics.deadLetter }),
    tools: createToolsUnderWay({ clock }),
    metrics,
  };
}
