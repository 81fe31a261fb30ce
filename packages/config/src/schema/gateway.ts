import * as z from "zod";
import { secret } from "./secret.ts";

const endpoint = z.strictObject({ enabled: z.boolean().default(false) }).prefault({});

export const gateway = z.strictObject({
  port: z.int().min(0).max(65_535).default(18_789),
  bind: z.string().min(1).default("loopback").describe('"loopback" for this machine alone, "lan" for every interface, or an address.'),
  auth: z
    .strictObject({
      mode: z.enum(["token", "password", "none"]).default("token").describe('"none" is for development on this machine alone.'),
      token: secret().optional(),
      password: secret().optional(),
    })
    .prefault({}),
  tls: z
    .strictObject({ cert: z.string().min(1).describe("Path of the certificate chain, PEM."), key: z.string().min(1).describe("Path of its private key, PEM.") })
    .optional(),
  trustedProxies: z.array(z.string().min(1)).default([]).describe("Addresses of reverse proxies whose forwarding headers count."),
  http: z
    .strictObject({
      allowedOrigins: z.array(z.string().min(1)).default([]).describe("Sites beside our own that may connect from a browser."),
      allowedHosts: z
        .array(z.string().min(1))
        .default([])
        .describe("Names this gateway is reached by through a proxy on the same machine, such as chat.example.com."),
      endpoints: z.strictObject({ chatCompletions: endpoint, responses: endpoint, mcp: endpoint }).prefault({}),
    })
    .prefault({}),
  reload: z
    .strictObject({
      mode: z.enum(["hybrid", "hot", "restart", "off"]).default("hybrid").describe("What a change of this file does while the gateway runs."),
      debounceMs: z.int().min(0).max(60_000).default(300),
    })
    .prefault({}),
});
