import type { PluginEntry } from "./entry.ts";
import type { InspectOptions } from "./inspect-plugins.ts";

/** The section `plugins` of a configuration, as far as it says which plugins there are. */
export interface PluginSettings {
  load: { paths: readonly string[] };
  allow: readonly string[];
  deny: readonly string[];
  entries: Readonly<
    Record<string, { enabled: boolean; path?: string | undefined; sha256?: string | undefined; publicRoutes: boolean; config: Record<string, unknown> }>
  >;
}

/** What the configuration says, its paths made absolute by `resolve`. `extensions` is searched as well. */
export function pluginSettings({ load, allow, deny, entries }: PluginSettings, resolve: (path: string) => string, extensions: string): InspectOptions {
  return {
    allow,
    deny,
    searchPaths: [...load.paths.map(resolve), extensions],
    entries: Object.entries(entries).map(
      ([id, { enabled, path, sha256, publicRoutes, config }]): PluginEntry => ({
        id,
        enabled,
        publicRoutes,
        config,
        ...(path === undefined ? {} : { path: resolve(path) }),
        ...(sha256 === undefined ? {} : { sha256 }),
      }),
    ),
  };
}
