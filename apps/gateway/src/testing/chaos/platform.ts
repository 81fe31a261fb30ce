/** A message as a customer got it. */
export interface GotMessage {
  customer: number;
  text: string;
}

/** A platform's local server, as the faults of a channel need it. What it says of what customers got is the truth of the test. */
export interface ChaosPlatform {
  readonly name: string;
  /** Of the gateway's configuration: `channels.<name>` and whatever else it takes. `url`: where the gateway will be. */
  config(url: string): Record<string, unknown>;
  /** The gateway is up, again or for the first time, at this address. */
  up?(url: string): Promise<void>;
  /** A customer writes, or the platform delivers the same once more when the id is known. Resolves at once where the gateway fetches. */
  write(customer: number, id: number, text: string): Promise<void>;
  /** What the platform has not got rid of yet. */
  waiting(): number;
  /** Its own ledger, in order. */
  got(): readonly GotMessage[];
  /**
   * So many of the next sends go wrong. `lost`: it takes place, the answer never comes. `held`: it takes place, and the answer keeps the
   * caller waiting. `busy`: refused, to be tried again soon. `down`: an error of a proxy, and nobody knows.
   */
  fail(how: "lost" | "held" | "busy" | "down", times: number): void;
  /** The platform does not let the gateway in for a while, as when it starts anew itself; undefined: it does again. */
  shut?(times: number): void;
  /** What customers see of a text that we sent; default: the same. */
  visible?(text: string): string;
  close(): Promise<void>;
}
