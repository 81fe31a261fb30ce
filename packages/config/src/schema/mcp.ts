import * as z from "zod";
import { baseUrl } from "./base-url.ts";
import { secret } from "./secret.ts";

const names = z.array(z.string().min(1).max(200)).max(100);

const server = z
  .strictObject({
    enabled: z.boolean().default(true),
    command: z
      .string()
      .regex(/^(\/|[A-Za-z]:[\\/]|[^/\\]+$)/, "must be an absolute path, or the name of a program on the gateway's PATH")
      .optional()
      .describe("Program that is started and spoken to over its standard input and output."),
    args: z.array(z.string()).default([]),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of a variable"), secret())
      .default({})
      .describe("All the program gets: nothing of the gateway's own environment."),
    cwd: z.string().min(1).optional().describe("Folder the program starts in; ~ is the home directory."),
    url: baseUrl().optional().describe("Address of a server that speaks streamable HTTP, instead of command."),
    headers: z.record(z.string().min(1), secret()).default({}).describe("Sent with every request."),
    tools: names.optional().describe("Tools to take; default all that were approved."),
    reads: names.default([]).describe("Tools that change nothing. All others are writes, which need a policy rule."),
    timeoutMs: z.int().min(100).max(600_000).default(20_000).describe("Longest time of connecting and of each call."),
  })
  .superRefine(({ command, args, env, cwd, url, headers }, context) => {
    const problem = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    if ((command === undefined) === (url === undefined)) problem([], "an MCP server has either a command or a url; name one of them");
    if (url !== undefined) {
      for (const [key, given] of [
        ["args", args.length > 0],
        ["env", Object.keys(env).length > 0],
        ["cwd", cwd !== undefined],
      ] as const)
        if (given) problem([key], "this is for a server with a command; this one has a url");
    } else if (Object.keys(headers).length > 0) problem(["headers"], "this is for a server with a url; this one has a command");
  });

export const mcp = z.strictObject({
  servers: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, "must be up to 31 lower-case letters, digits or dashes"), server)
    .default({})
    .describe("MCP servers whose tools agents may get, once an operator approved them."),
});
