import * as z from "zod";

export const discovery = z.strictObject({
  mdns: z
    .strictObject({
      mode: z
        .enum(["minimal", "full", "off"])
        .default("off")
        .describe('Tells the local network that a gateway is here. "full" also tells the SSH port and where the command line is.'),
      interface: z.string().min(1).optional().describe("Address of the one interface to use. Default: every one the system chooses."),
      port: z.int().min(1).max(65_535).default(5353).describe("Where mDNS is spoken."),
      sshPort: z.int().min(1).max(65_535).default(22).describe('Told with "full".'),
      displayName: z.string().min(1).max(63).optional().describe("Default: the name of this machine."),
    })
    .prefault({}),
});
