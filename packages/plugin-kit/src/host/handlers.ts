import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { Plugins } from "./plugins.ts";

/** Plugins on the wire: how they are, and their commands. */
export const pluginHandlers = (plugins: Pick<Plugins, "status" | "command">): Handlers => ({
  "plugins.list": () => ({ plugins: plugins.status().map((status) => ({ ...status })) }),
  "plugins.inspect": ({ id }) => {
    const plugin = plugins.status().find((one) => one.id === id);
    if (!plugin)
      throw new TravelAgentError("NOT_FOUND", `there is no plugin ${id}: plugins.entries does not name it, and it lies in no folder of plugins.load.paths`);
    return { plugin: { ...plugin } };
  },
  "plugins.command": ({ command, args = [] }, call) => plugins.command(command, args, call).then(({ text, data }) => ({ text, data: data ?? { text } })),
});
