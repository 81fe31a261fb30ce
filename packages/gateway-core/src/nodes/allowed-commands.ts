/** What the gateway may pass on, beside what a node itself declares. A name, or a family such as `camera.*`. */
export interface NodeCommandRules {
  /** On top of what the platform of a node is known for. */
  readonly allow?: readonly string[];
  /** Never, whatever else says so. */
  readonly deny?: readonly string[];
}

const canvas = ["present", "hide", "navigate", "eval", "snapshot", "a2ui.push", "a2ui.pushJSONL", "a2ui.reset"].map((name) => `canvas.${name}`);
const device = ["camera.list", "camera.snap", "camera.clip", "camera.capture", "screen.record", "location.get", "audio.play"];
const system = ["system.run", "system.run.prepare", "system.which", "system.notify", "system.execApprovals.get", "system.execApprovals.set", "browser.proxy"];

/**
 * Sending messages is in none of them: what leaves the agency goes through its outbox. A platform we do not know has
 * nothing until the configuration allows it.
 */
const byPlatform: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:ios|ipados)/i, [...canvas, ...device]],
  [/^android/i, [...canvas, ...device]],
  [/^(?:mac|darwin)/i, [...canvas, ...device, ...system]],
  [/^(?:linux|win)/i, system],
];

/** Other names under which systems declare the permission for a command. */
const permissionNames: Readonly<Record<string, string>> = { "screen.record": "screenRecording", "system.notify": "notifications" };

export interface NodeDeclaration {
  readonly platform?: string | undefined;
  readonly commands: readonly string[];
  readonly permissions?: Readonly<Record<string, boolean>> | undefined;
}

/** Why a command may not go to a node, or undefined when it may. */
export function refusalOf(command: string, node: NodeDeclaration, rules: NodeCommandRules): string | undefined {
  if (rules.deny?.some((pattern) => covers(pattern, command))) return "denied by gateway.nodes.denyCommands";
  const known = byPlatform.find(([platform]) => platform.test(node.platform ?? ""))?.[1] ?? [];
  if (!known.includes(command) && !rules.allow?.some((pattern) => covers(pattern, command)))
    return `not allowed for platform "${node.platform ?? "unknown"}"; gateway.nodes.allowCommands can add it`;
  if (!node.commands.includes(command)) return "the node does not offer it";
  if (namesOf(command).some((name) => node.permissions?.[name] === false)) return "the node has no permission for it";
  return undefined;
}

const covers = (pattern: string, command: string): boolean => pattern === command || (pattern.endsWith(".*") && command.startsWith(pattern.slice(0, -1)));

/** `camera.snap` needs the permissions `camera.snap` and `camera`, where a node declares them. */
function namesOf(command: string): string[] {
  const parts = command.split(".");
  const other = permissionNames[command];
  return [...parts.map((_, index) => parts.slice(0, index + 1).join(".")), ...(other === undefined ? [] : [other])];
}
