/** What to do after Discord closed the connection (https://docs.discord.com/developers/topics/opcodes-and-status-codes). */
export type AfterClose =
  /** Go on where we were. */
  | "resume"
  /** Begin anew: what we had there is over. */
  | "identify"
  /** A person has to do something; nothing is tried again. */
  | "give-up";

export const closeCodes: Readonly<Record<number, { next: AfterClose; what: string }>> = {
  4000: { next: "resume", what: "an error on Discord's side" },
  4001: { next: "resume", what: "an unknown operation was sent" },
  4002: { next: "resume", what: "a frame could not be read" },
  4003: { next: "identify", what: "something was sent before identifying" },
  4004: { next: "give-up", what: "Discord does not know this bot token; copy it from the Developer Portal once more" },
  4005: { next: "resume", what: "identified twice" },
  4007: { next: "identify", what: "the place to resume from is not valid" },
  4008: { next: "resume", what: "too much was sent" },
  4009: { next: "identify", what: "the session timed out" },
  4010: { next: "give-up", what: "the shard is not valid" },
  4011: { next: "give-up", what: "the bot is in so many servers that it has to be divided; use one bot for fewer of them" },
  4012: { next: "give-up", what: "Discord speaks this version of its gateway no more; update this program" },
  4013: { next: "give-up", what: "the intents are not valid" },
  4014: { next: "give-up", what: "switch on the Message Content intent under Bot in the Developer Portal" },
};

export const afterClose = (code: number): { next: AfterClose; what: string } =>
  closeCodes[code] ?? { next: "resume", what: `the connection ended with ${code}` };
