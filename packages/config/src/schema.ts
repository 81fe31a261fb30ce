import * as z from "zod";
import { withPreset } from "./presets.ts";
import { agencies, agencyProblems } from "./schema/agencies.ts";
import { agents, binding, broadcast } from "./schema/agents.ts";
import { channels } from "./schema/channels/channels.ts";
import { checkGroupAgents } from "./schema/channels/group-agents.ts";
import { cron } from "./schema/cron.ts";
import { desk } from "./schema/desk.ts";
import { discovery } from "./schema/discovery.ts";
import { gateway } from "./schema/gateway.ts";
import { mcp } from "./schema/mcp.ts";
import { media } from "./schema/media.ts";
import { memory } from "./schema/memory.ts";
import { models } from "./schema/models.ts";
import { hooks, logging, metrics, notifications, skills, telemetry, webhooks } from "./schema/operations.ts";
import { plugins } from "./schema/plugins.ts";
import { privacy } from "./schema/privacy.ts";
import { messages, session } from "./schema/session.ts";
import { templates } from "./schema/templates.ts";
import { tools } from "./schema/tools.ts";
import { agency, approvals, payments, policy, supplierNews, suppliers } from "./schema/travel.ts";

/** The whole of `travelagent.json`. Every section may be left out; an empty object is a working configuration. */
export const GatewayConfig = z
  .strictObject({
    $schema: z.string().optional().describe("For editors."),
    agency: agency.prefault({}),
    agencies: agencies.default({}),
    agents: agents.prefault({}),
    bindings: z.array(binding).default([]),
    broadcast: broadcast.optional(),
    channels: channels.prefault({}),
    cron: cron.prefault({}),
    desk: desk.prefault({}),
    gateway: gateway.prefault({}),
    discovery: discovery.prefault({}),
    mcp: mcp.prefault({}),
    media: media.prefault({}),
    memory: memory.prefault({}),
    models: models.prefault({}),
    session: session.prefault({}),
    messages: messages.prefault({}),
    tools: tools.prefault({}),
    suppliers: suppliers.default({}),
    supplierNews: supplierNews.prefault({}),
    payments: payments.prefault({}),
    privacy: privacy.prefault({}),
    policy: policy.prefault({}),
    approvals: approvals.prefault({}),
    hooks: hooks.prefault({}),
    notifications: notifications.prefault({}),
    webhooks: webhooks.prefault({}),
    skills: skills.prefault({}),
    plugins: plugins.prefault({}),
    logging: logging.prefault({}),
    metrics: metrics.prefault({}),
    telemetry: telemetry.prefault({}),
    templates: templates.prefault({}),
  })
  .superRefine((given, context) => {
    const config = withPreset(given);
    const problem = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    for (const { path, message } of agencyProblems(given.agencies)) problem(path, message);
    const own = given.agents.list.map((agent) => agent.id);
    own.forEach((id, index) => {
      if (own.indexOf(id) !== index) problem(["agents", "list", index, "id"], `there are two agents "${id}"; give each its own id`);
    });
    const ids = config.agents.list.map((agent) => agent.id);
    const known = new Set(ids.length > 0 ? ids : ["main"]);
    const mustExist = (id: string, path: (string | number)[]) => {
      if (!known.has(id)) problem(path, `there is no agent "${id}" in agents.list; known: ${[...known].join(", ")}`);
    };
    for (const [index, entry] of given.bindings.entries()) mustExist(entry.agentId, ["bindings", index, "agentId"]);
    for (const [index, agent] of given.agents.list.entries())
      for (const [at, id] of (agent.handoff?.to ?? []).entries()) mustExist(id, ["agents", "list", index, "handoff", "to", at]);
    const linked = Object.entries(given.session.identityLinks ?? {}).flatMap(([name, addresses]) =>
      addresses.map((address) => [name, address.toLowerCase()] as const),
    );
    for (const [name, address] of linked) {
      const other = linked.find(([another, same]) => same === address && another !== name);
      if (other) problem(["session", "identityLinks", name], `${address} is linked to ${other[0]} as well; one address is one person`);
    }
    // Ids of two platforms may be alike and people are not: only what names the channel tells strangers apart.
    if (given.session.dmScope === "main" || given.session.dmScope === "per-peer")
      problem(["session", "dmScope"], 'strangers would share a conversation; use "per-channel-peer" or "per-account-channel-peer"');
    for (const [peer, list] of Object.entries(config.broadcast ?? {})) {
      if (!Array.isArray(list)) continue;
      for (const [index, id] of list.entries()) mustExist(id, ["broadcast", peer, index]);
    }
    config.cron.jobs.forEach((job, index) => {
      if (job.agentId !== undefined) mustExist(job.agentId, ["cron", "jobs", index, "agentId"]);
      if (config.cron.jobs.findIndex((other) => other.name === job.name) !== index)
        problem(["cron", "jobs", index, "name"], `there are two jobs "${job.name}"; give each its own name`);
    });
    checkGroupAgents(given.channels, { mustExist, problem });
    for (const [id, channel] of Object.entries(config.channels)) {
      if (channel && "dmPolicy" in channel && channel.dmPolicy === "open" && !(channel.allowFrom as string[] | undefined)?.includes("*"))
        problem(["channels", id, "dmPolicy"], 'an open channel says so twice: add "*" to allowFrom, or use "pairing"');
    }
    const { tls, mode, remote } = config.gateway;
    const [cert, key] = [tls.certPath ?? tls.cert, tls.keyPath ?? tls.key];
    if ((cert === undefined) !== (key === undefined)) problem(["gateway", "tls"], "certPath and keyPath belong together; name both");
    if (tls.enabled && !tls.autoGenerate && cert === undefined)
      problem(["gateway", "tls"], "TLS needs a certificate: name certPath and keyPath, or leave autoGenerate on");
    if (mode === "remote" && remote.url === undefined) problem(["gateway", "remote", "url"], 'mode "remote" needs the gateway\'s address');
    if (remote.tlsFingerprint !== undefined && /^(ws|http):/i.test(remote.url ?? ""))
      problem(["gateway", "remote", "url"], "a fingerprint can only be checked over wss:// or https://");
    if (config.hooks.enabled && (config.hooks.token ?? "").trim() === "")
      problem(["hooks", "token"], "hooks are not served without a token: set one of your own, or turn hooks.enabled off");
    if (config.payments.provider !== undefined && !Object.hasOwn(config.payments.providers, config.payments.provider))
      problem(["payments", "provider"], `"${config.payments.provider}" is not in payments.providers`);
  })
  .transform(withPreset);
export type GatewayConfig = z.output<typeof GatewayConfig>;
