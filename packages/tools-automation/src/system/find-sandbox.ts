import { TravelAgentError } from "@travelagent/protocol";
import { type Clock, systemClock } from "@travelagent/protocol/ports";
import { bubblewrap } from "./bubblewrap.ts";
import { type DockerLimits, defaultDockerLimits, docker } from "./docker.ts";
import type { Sandbox, WorkspaceAccess } from "./sandbox.ts";

export interface FindSandboxOptions {
  /** Which kind; `auto` takes bubblewrap, else docker. */
  backend: "auto" | "bubblewrap" | "docker";
  limits?: Partial<DockerLimits> | undefined;
  /** Whom files of a container belong to, such as `1000:1000`. */
  user: string;
  /** Where programs are: the absolute path of one, undefined when it is not installed. */
  findProgram(name: string): string | undefined;
  /** What the docker program is started with. */
  clientEnv: Readonly<Record<string, string>>;
  /** Runs the questions whether a sandbox works, and ends containers. */
  direct: Sandbox;
  clock?: Clock;
}

/** What a sandbox is opened for. */
export type SandboxPlace = { directory: string; access: Exclude<WorkspaceAccess, "none"> };

/**
 * The sandbox of this machine for a directory. Each kind is tried out before it counts: a program that is installed and may not make
 * namespaces, or has no daemon, is no sandbox. Raises `UNAVAILABLE` with what to install; there is never another way to run.
 */
export function createFindSandbox({ backend, limits, user, findProgram, clientEnv, direct, clock = systemClock }: FindSandboxOptions) {
  const image = limits?.image ?? defaultDockerLimits.image;
  const works = new Set<string>();

  async function answers(program: string, args: readonly string[]): Promise<boolean> {
    const result = await direct.run([program, ...args], { cwd: "/", env: clientEnv, timeoutMs: 10_000 }).catch(() => undefined);
    return result?.code === 0;
  }
  /** What works once is not tried again; what does not may have been put right meanwhile. */
  async function once(name: string, trial: () => Promise<boolean>): Promise<boolean> {
    if (works.has(name)) return true;
    const worked = await trial();
    if (worked) works.add(name);
    return worked;
  }

  async function withBubblewrap(place: SandboxPlace): Promise<Sandbox | string> {
    const program = findProgram("bwrap");
    if (!program) return "bubblewrap is not installed (Debian and Ubuntu: apt install bubblewrap)";
    const sandbox = bubblewrap({ program, ...place, clock });
    const trial = () =>
      sandbox.run(["true"], { cwd: place.directory, env: { PATH: sandboxPath }, timeoutMs: 10_000 }).then(
        ({ code }) => code === 0,
        () => false,
      );
    return (await once("bubblewrap", trial)) ? sandbox : "bubblewrap is installed and may make no namespaces of its own (allow unprivileged user namespaces)";
  }
  async function withDocker(place: SandboxPlace): Promise<Sandbox | string> {
    const program = findProgram("docker");
    if (!program) return "docker is not installed";
    if (!(await once("docker", () => answers(program, ["version", "--format", "{{.Server.Version}}"]))))
      return "docker is installed and its daemon does not answer";
    if (!(await once("image", () => answers(program, ["image", "inspect", "--format", "{{.Id}}", image]))))
      return `docker has no image ${image} (docker pull ${image})`;
    const kill = (container: string) => void answers(program, ["kill", container]);
    return docker({ program, ...place, ...limits, user, clientEnv, kill, clock });
  }

  return async (place: SandboxPlace): Promise<Sandbox> => {
    const problems: string[] = [];
    for (const tried of backend === "auto" ? [withBubblewrap, withDocker] : backend === "docker" ? [withDocker] : [withBubblewrap]) {
      const found = await tried(place);
      if (typeof found !== "string") return found;
      problems.push(found);
    }
    throw new TravelAgentError("UNAVAILABLE", `commands of this agent run in a sandbox only, and there is none: ${problems.join("; ")}`, {
      details: { code: "NO_SANDBOX", problems },
    });
  };
}

/** Where programs are inside of a sandbox. */
export const sandboxPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
