import type { BareClient } from "./socket.ts";

export interface Soak {
  turns: number;
  /** What the resident memory grew by with each further thousand turns, in MiB, by least squares over the second half and more. */
  growthMiB: number;
  /** In MiB. */
  from: number;
  to: number;
}

/** Many turns in many sessions on one process; the first quarter is what it needs to have at hand. */
export async function soak({
  client,
  turn,
  residentMiB,
  turns,
}: {
  client: BareClient;
  turn(client: BareClient, sessionKey: string): Promise<number>;
  residentMiB(): number;
  turns: number;
}): Promise<Soak> {
  const sessions = 200;
  const samples: { at: number; memory: number }[] = [];
  for (let done = 0; done < turns; ) {
    const step = Math.min(1_000, turns - done);
    await Promise.all(
      Array.from({ length: 50 }, async (_, worker) => {
        for (let count = worker; count < step; count += 50) await turn(client, `agent:main:soak${(done + count) % sessions}`);
      }),
    );
    done += step;
    samples.push({ at: done / 1_000, memory: residentMiB() });
    process.stderr.write(`  ${done} turns: ${samples.at(-1)!.memory.toFixed(0)} MiB\n`);
  }
  const counted = samples.slice(Math.floor(samples.length / 4));
  const mean = (pick: (sample: { at: number; memory: number }) => number) => counted.reduce((sum, sample) => sum + pick(sample), 0) / counted.length;
  const [at, memory] = [mean((sample) => sample.at), mean((sample) => sample.memory)];
  const covariance = counted.reduce((sum, sample) => sum + (sample.at - at) * (sample.memory - memory), 0);
  const variance = counted.reduce((sum, sample) => sum + (sample.at - at) ** 2, 0);
  return { turns, growthMiB: variance === 0 ? 0 : covariance / variance, from: counted[0]!.memory, to: counted.at(-1)!.memory };
}
