export interface WebhookPost {
  headers: Readonly<Record<string, string>>;
  body: string;
}
/** Signs anew for every delivery, as vendors do when they try again. */
type Make = (url: string) => WebhookPost;

/** What a dialect sends to the address its client named, and what a test makes of it: late, twice, in another order. */
export interface Webhooks {
  /** To the configured address, or to `url`. Nothing is sent before there is one. */
  post(make: Make, url?: string): void;
  /** Resolves once everything sent so far was answered. What nobody took waits for `deliver-webhooks`. */
  settled(): Promise<void>;
  /**
   * Events of the control address: `hold-webhooks`, `deliver-webhooks`, `deliver-webhooks-reversed`, `deliver-webhooks-twice`, and
   * `webhooks-to`, whose reference is the address. False for all others.
   */
  happen(event: string, reference: string): Promise<boolean>;
}

interface Parcel {
  make: Make;
  url: string | undefined;
}

export function createWebhooks({ url: configured }: { url?: string | undefined } = {}): Webhooks {
  let address = configured;
  let held = false;
  let waiting: Parcel[] = [];
  let underWay: Promise<void> = Promise.resolve();

  async function send(parcel: Parcel): Promise<void> {
    const url = parcel.url ?? address;
    if (url === undefined) return void waiting.push(parcel);
    const { headers, body } = parcel.make(url);
    try {
      const response = await fetch(url, { method: "POST", headers, body });
      await response.arrayBuffer();
      if (!response.ok) waiting.push(parcel);
    } catch {
      waiting.push(parcel);
    }
  }
  /** One after the other, so that what is not disturbed arrives in order. */
  const start = (parcels: Parcel[]): Promise<void> => {
    for (const parcel of parcels) underWay = underWay.then(() => send(parcel));
    return underWay;
  };
  const arranged: Readonly<Record<string, (all: Parcel[]) => Parcel[]>> = {
    "deliver-webhooks": (all) => all,
    "deliver-webhooks-reversed": (all) => all.toReversed(),
    "deliver-webhooks-twice": (all) => [...all, ...all],
  };

  return {
    post(make, url) {
      if (held) waiting.push({ make, url });
      else void start([{ make, url }]);
    },
    settled: () => underWay,
    async happen(event, reference) {
      await underWay;
      const arrange = arranged[event];
      if (event === "hold-webhooks") held = true;
      else if (event === "webhooks-to") address = reference;
      else if (arrange) {
        held = false;
        const all = waiting;
        waiting = [];
        await start(arrange(all));
      } else return false;
      return true;
    },
  };
}
