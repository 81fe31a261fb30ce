import type { Tool } from "@travelagent/agent-runtime";
import type { CredentialStore, GatewayConfig } from "@travelagent/config";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Clock, Database, Logger } from "@travelagent/protocol/ports";
import {
  createHappenings,
  createPost,
  createWebhooks,
  createWebhookTriggers,
  type Happening,
  type StoredSecret,
  type WebhookSecrets,
  type WebhookTriggers,
  webhookHandlers,
  webhookPersonalData,
  webhookTool,
} from "@travelagent/tools-automation/webhooks";
import { mappedNames } from "./hooks.ts";

export interface OpenedWebhooks {
  tools: readonly Tool[];
  handlers: Handlers;
  personalData: PersonalDataStore;
  /** Names that people registered to be posted to; absent where hooks are off. */
  triggers?: WebhookTriggers;
  /** An event that clients hear; what subscribers asked for is queued for them. Never throws. */
  hear(event: string, payload: unknown): void;
  start(): void;
  stop(): Promise<void>;
}

const secretName = (id: string): string => `webhook.${id}`;

const secretsIn = (credentials: CredentialStore): WebhookSecrets => ({
  async get(id) {
    try {
      return JSON.parse(await credentials.get(secretName(id))) as StoredSecret[];
    } catch (error) {
      if (TravelAgentError.is(error, "NOT_FOUND")) return [];
      throw error;
    }
  },
  set: (id, secrets) => credentials.set(secretName(id), JSON.stringify(secrets)),
  async remove(id) {
    await credentials.remove(secretName(id)).catch((error: unknown) => {
      if (!TravelAgentError.is(error, "NOT_FOUND")) throw error;
    });
  },
});

const told: ReadonlySet<string> = new Set(["booking", "conversation", "approval", "delivery"]);

/** Systems of the agency's that are told what happens here, and names by which they may post to it. */
export async function openWebhooks({
  config,
  db,
  credentials,
  clock,
  log,
}: {
  config: GatewayConfig;
  db: Database;
  credentials: CredentialStore;
  clock: Clock;
  log: Logger;
}): Promise<OpenedWebhooks> {
  const { allowPrivateHosts } = config.webhooks;
  const open = new Set(allowPrivateHosts.map((host) => host.toLowerCase()));
  const webhooks = createWebhooks({
    db,
    secrets: secretsIn(credentials),
    post: createPost({ allowPrivateHosts, clock }),
    clock,
    log,
    allowHttp: (url) => open.has(url.host) || open.has(url.hostname),
  });
  await webhooks.migrate();
  const taken = mappedNames(config);
  const triggers = config.hooks.enabled ? createWebhookTriggers({ db, clock, isTaken: (name) => taken.has(name) }) : undefined;
  const happened = createHappenings({ db, webhooks });
  /** One after the other, so that what is told comes in the order in which it happened. */
  let last: Promise<unknown> = Promise.resolve();
  return {
    tools: [webhookTool({ webhooks, hooksPath: config.hooks.path, ...(triggers ? { triggers } : {}) })],
    handlers: webhookHandlers(webhooks),
    personalData: webhookPersonalData({ db }),
    ...(triggers ? { triggers } : {}),
    hear(event, payload) {
      if (!told.has(event)) return;
      last = last
        .then(() => happened({ event, ...(payload as object) } as Happening))
        .catch((error: unknown) => log.error("an event could not be queued for webhooks", { event, code: TravelAgentError.from(error).code }));
    },
    start: () => webhooks.start(),
    async stop() {
      await last;
      await webhooks.stop();
    },
  };
}
