/** What the command line needs of the gateway's package: the process in the foreground, until a signal ends it. */
declare module "@travelagent/gateway" {
  export function runGateway(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Promise<number>;
}
