import { randomUUID } from "node:crypto";
import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { insidePath } from "./bubblewrap.ts";
import { insideDirectory, type Sandbox, type WorkspaceAccess } from "./sandbox.ts";
import { type Launch, spawnedSandbox } from "./spawned.ts";

export interface DockerLimits {
  image: string;
  pidsLimit: number;
  /** As docker writes it, such as `1g`. */
  memory: string;
  cpus: number;
}

export const defaultDockerLimits: DockerLimits = { image: "debian:bookworm-slim", pidsLimit: 256, memory: "1g", cpus: 1 };

export interface DockerOptions extends Partial<DockerLimits> {
  /** Absolute path of `docker`. */
  program: string;
  /** Seen as `/workspace`. */
  directory: string;
  access: Exclude<WorkspaceAccess, "none">;
  /** Whom files belong to, such as `1000:1000`. */
  user: string;
  /** What the docker program itself is started with: where the daemon is. Nothing of it gets into the container. */
  clientEnv: Readonly<Record<string, string>>;
  /** Ends a container by its name. Must not throw. */
  kill(container: string): void;
  clock?: Clock;
  /** Default: a new one for each command. */
  name?: () => string;
}

export function dockerArguments(
  argv: readonly string[],
  {
    name,
    directory,
    access,
    user,
    image,
    pidsLimit,
    memory,
    cpus,
    cwd,
    env,
  }: DockerLimits & Pick<DockerOptions, "directory" | "access" | "user"> & Pick<Launch, "cwd" | "env"> & { name: string },
): string[] {
  return [
    "run",
    "--rm",
    "--init",
    "--interactive",
    "--pull=never",
    "--name",
    name,
    "--label",
    "travelagent.sandbox=1",
    "--network",
    "none",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    "--read-only",
    "--tmpfs",
    "/tmp:rw,nosuid,nodev,size=64m",
    "--pids-limit",
    String(pidsLimit),
    "--memory",
    memory,
    "--cpus",
    String(cpus),
    "--user",
    user,
    "--mount",
    `type=bind,source=${directory},target=${insideDirectory}${access === "ro" ? ",readonly" : ""}`,
    "--workdir",
    insidePath(directory, cwd),
    ...Object.entries({ ...env, HOME: insideDirectory }).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    "--entrypoint",
    argv[0] ?? "",
    image,
    ...argv.slice(1),
  ];
}

/** A container for each command, without a network, rights or a writable root. */
export function docker({
  program,
  directory,
  access,
  user,
  clientEnv,
  kill,
  clock = systemClock,
  name = () => `travelagent-${randomUUID()}`,
  ...limits
}: DockerOptions): Sandbox {
  const given = { ...defaultDockerLimits, ...limits };
  if (/[,"\n]/.test(directory))
    throw new TravelAgentError("CONFIG_INVALID", `docker cannot mount ${directory}: choose a workspace without commas and quotes in its path`);
  return spawnedSandbox({
    kind: "docker",
    clock,
    launch(argv, { env, cwd }) {
      const container = name();
      // Ending the client does not end the container.
      return {
        file: program,
        args: dockerArguments(argv, { ...given, name: container, directory, access, user, cwd, env }),
        env: clientEnv,
        cwd: "/",
        onKill: () => kill(container),
      };
    },
  });
}
