import * as z from "zod";
import { str1 } from "./common.ts";
import { method } from "./define.ts";

const account = { channel: str1.max(64), accountId: str1.max(64).optional() };
const timeoutMs = z.int().min(0).max(120_000).optional();

/** Where a login stands. `scan`: show `qr` as a picture. `type`: the code is typed on the phone. Times in milliseconds since the epoch. */
export const ChannelLoginStep = z.looseObject({
  state: z.enum(["scan", "type", "waiting", "connected", "failed"]),
  qr: z.string().optional(),
  code: z.string().optional(),
  expiresAt: z.number().optional(),
  /** As whom, once it is connected. */
  as: z.string().optional(),
  reason: z.string().optional(),
});
export type ChannelLoginStep = z.infer<typeof ChannelLoginStep>;

export const channelMethods = {
  /** Stops an account and starts it anew, whatever state it is in. */
  "channels.restart": method({
    scope: "operator.admin",
    params: z.strictObject(account),
    result: z.looseObject({ ok: z.boolean(), channel: z.string(), accountId: z.string() }),
  }),
  /** Begins to connect an account, or goes on where that is under way. */
  "channels.login.start": method({
    scope: "operator.admin",
    params: z.strictObject({ ...account, phone: z.string().max(32).optional(), timeoutMs }),
    result: z.looseObject({ channel: z.string(), accountId: z.string(), step: ChannelLoginStep }),
  }),
  "channels.login.wait": method({
    scope: "operator.admin",
    params: z.strictObject({ ...account, timeoutMs }),
    result: z.looseObject({ channel: z.string(), accountId: z.string(), step: ChannelLoginStep }),
  }),
  /** Disconnects an account and forgets what it was connected with. */
  "channels.logout": method({
    scope: "operator.admin",
    params: z.strictObject(account),
    result: z.looseObject({ channel: z.string(), accountId: z.string(), cleared: z.boolean(), loggedOut: z.boolean() }),
  }),
  /** The first channel that is connected by scanning. `force`: also when it is connected already, which ends that connection. */
  "web.login.start": method({
    scope: "operator.admin",
    params: z.strictObject({ force: z.boolean().optional(), timeoutMs, verbose: z.boolean().optional(), accountId: z.string().max(64).optional() }).optional(),
    result: z.looseObject({ message: z.string(), qrDataUrl: z.string().optional() }),
  }),
  "web.login.wait": method({
    scope: "operator.admin",
    params: z.strictObject({ timeoutMs, accountId: z.string().max(64).optional(), currentQrDataUrl: z.string().max(100_000).optional() }).optional(),
    result: z.looseObject({ message: z.string(), connected: z.boolean() }),
  }),
} as const;
