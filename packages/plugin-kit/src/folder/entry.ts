import type { PluginManifest } from "./manifest.ts";

/** A plugin as the configuration names it. */
export interface PluginEntry {
  readonly id: string;
  readonly enabled: boolean;
  /** Absolute. Absent: the folder among `searchPaths` whose manifest has the id. */
  readonly path?: string;
  /** What an operator approved. Absent or other than the folder's: nothing is loaded. */
  readonly sha256?: string;
  readonly config: unknown;
  /** Routes the manifest calls public ask nobody for a secret. */
  readonly publicRoutes: boolean;
}

/**
 * - `available`: it lies in a search path, and the configuration does not name it
 * - `disabled`: switched off, denied or not allowed
 * - `needs-approval`: its files are not those that were approved
 * - `loading`, `loaded`
 * - `failed`: manifest, configuration or start are not right
 * - `quarantined`: it did what it may not, or kept failing, and was put away until the next start
 * - `stopped`
 */
export type PluginState = "available" | "disabled" | "needs-approval" | "loading" | "loaded" | "failed" | "quarantined" | "stopped";

export interface PluginStatus {
  id: string;
  state: PluginState;
  /** Why it is not loaded. */
  reason?: string;
  /** The configuration names it and it is switched on: it should be loaded. */
  enabled: boolean;
  name?: string;
  version?: string;
  description?: string;
  path?: string;
  /** Of the files as they were at the start. */
  sha256?: string;
  /** What the manifest declares. */
  registers?: Pick<PluginManifest, "tools" | "channels" | "methods" | "httpRoutes" | "hooks" | "commands" | "skills">;
}

/** Whether an operator has to look at it. */
export const isPluginUnwell = ({ enabled, state }: PluginStatus): boolean => enabled && ["failed", "quarantined", "needs-approval"].includes(state);
