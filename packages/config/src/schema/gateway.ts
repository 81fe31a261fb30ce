import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

const endpoint = z.strictObject({ enabled: z.boolean().default(false) }).prefault({});

const legacyDoor = (port: number) => z.strictObject({ enabled: z.boolean().default(false), port: z.int().min(0).max(65_535).default(port) }).prefault({});
const command = z
  .string()
  .max(200)
  .regex(/^[A-Za-z][\w-]*(\.[\w-]+)*(\.\*)?$/, "must be a command of nodes, such as camera.snap or camera.*");

export const gateway = z.strictObject({
  port: z.int().min(0).max(65_535).default(18_789),
  mode: z
    .enum(["local", "remote"])
    .default("local")
    .describe('"remote": the commands of this machine talk to the gateway of gateway.remote; none is started here.'),
  bind: z
    .string()
    .min(1)
    .default("loopback")
    .describe('"loopback" for this machine alone, "lan" for every interface, "tailnet", "auto", "custom" (see customBindHost), or an address.'),
  publicUrl: baseUrl().optional().describe("Address under which customers reach this gateway; links in messages begin with it."),
  customBindHost: z.string().min(1).optional().describe('Address that bind "custom" stands for.'),
  allowInsecureRemote: z
    .boolean()
    .default(false)
    .describe("Lets other machines connect without TLS: secrets and customers' data then cross the network readable."),
  auth: z
    .strictObject({
      mode: z.enum(["token", "password", "none"]).default("token").describe('"none" is for development on this machine alone.'),
      token: secret().optional(),
      password: secret().optional(),
    })
    .prefault({}),
  tls: z
    .strictObject({
      enabled: z.boolean().optional().describe("Default: true when a certificate is named."),
      autoGenerate: z.boolean().default(true).describe("Makes a self-signed certificate in tls/ of the state directory when none is named."),
      certPath: z.string().min(1).optional().describe("Path of the certificate, PEM."),
      keyPath: z.string().min(1).optional().describe("Path of its private key, PEM."),
      caPath: z.string().min(1).optional().describe("Path of the certificates between certPath and its authority, PEM; sent along."),
      cert: z.string().min(1).optional().describe("Older name of certPath."),
      key: z.string().min(1).optional().describe("Older name of keyPath."),
    })
    .prefault({}),
  remote: z
    .strictObject({
      url: z.url({ protocol: /^(wss?|https?)$/, error: "must be an address such as wss://gateway.example.com:18789" }).optional(),
      token: secret().optional(),
      password: secret().optional(),
      tlsFingerprint: z
        .string()
        .regex(/^(sha256:)?[0-9a-f]{2}(:?[0-9a-f]{2}){31}$/i, "must be a SHA-256 fingerprint: 64 hex digits, with or without colons")
        .optional()
        .describe("Of the gateway's certificate; no other certificate is then accepted, and this one needs no authority."),
    })
    .prefault({}),
  tailscale: z
    .strictObject({
      mode: z.enum(["off", "serve", "funnel"]).default("off").describe('"serve" publishes the gateway to the tailnet, "funnel" to the internet.'),
      command: z.string().min(1).default("tailscale").describe("The program that is called."),
    })
    .prefault({}),
  trustedProxies: z.array(z.string().min(1)).default([]).describe("Addresses of reverse proxies whose forwarding headers count."),
  http: z
    .strictObject({
      allowedOrigins: z.array(z.string().min(1)).default([]).describe("Sites beside our own that may connect from a browser."),
      allowedHosts: z
        .array(z.string().min(1))
        .default([])
        .describe("Names this gateway is reached by through a proxy on the same machine, such as chat.example.com."),
      widget: z
        .strictObject({
          enabled: z.boolean().default(false),
          allowedOrigins: z
            .array(
              z
                .string()
                .regex(/^https?:\/\/[\w.:[\]-]+$/i, 'must be an origin, such as "https://www.example.com"')
                .refine((origin) => URL.canParse(origin), 'must be an origin, such as "https://www.example.com"'),
            )
            .default([])
            .describe("Sites that may show the web chat, such as https://www.example.com."),
        })
        .prefault({})
        .describe("The web chat in pages of other sites: /widget.js."),
      endpoints: z.strictObject({ chatCompletions: endpoint, responses: endpoint, mcp: endpoint }).prefault({}),
    })
    .prefault({}),
  nodes: z
    .strictObject({
      allowCommands: z
        .array(command)
        .default([])
        .describe("Commands that nodes of any platform may be told, beside those their platform is known for; lamp.* is a family."),
      denyCommands: z.array(command).default([]).describe("Commands that no node is told, whatever else says so."),
    })
    .prefault({}),
  legacy: z
    .strictObject({
      go: legacyDoor(18_792).describe("WebSocket for clients that speak in envelopes of ID, Type and Data."),
      bridge: legacyDoor(18_790).describe("JSON lines over TCP for older nodes."),
    })
    .prefault({})
    .describe("Doors for older clients, on this machine alone. Others reach them through a tunnel or a proxy with TLS."),
  reload: z
    .strictObject({
      mode: z.enum(["hybrid", "hot", "restart", "off"]).default("hybrid").describe("What a change of this file does while the gateway runs."),
      debounceMs: z.int().min(0).max(60_000).default(300),
    })
    .prefault({}),
});
