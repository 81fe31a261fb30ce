import type { Receipt } from "@travelagent/protocol/messages";

/**
 * Rooms of a platform in which people of the agency work: they are shown cards, press buttons under them and write below. What comes
 * from such a room goes to the listener and never to `ChannelHost.receive`, whoever wrote it; a room without a listener is silent.
 */
export interface DeskSurface {
  readonly channel: string;
  readonly accountId: string;
  /** The rooms, by the platform's ids of them. Fixed when the adapter is made. */
  readonly rooms: readonly string[];
  /** One listener; a second call replaces it. */
  listen(listener: DeskListener): void;
  /** Never rejects. The same `id` goes to the platform with every try. `thread` is the `externalId` of the post it stands below. */
  post(room: string, card: DeskCard, context: DeskPostContext): Promise<Receipt>;
  /** Puts another card in place of one of ours. Never rejects. `no-such-recipient`: it is not there any more. */
  edit(room: string, externalId: string, card: DeskCard, signal: AbortSignal): Promise<Receipt>;
  /** Takes a post of ours away; what is not there any more counts as taken away. Never rejects. */
  remove(room: string, externalId: string, signal: AbortSignal): Promise<Receipt>;
  /** After a crash in the middle of `post`: did the platform get it? Null when not. Never rejects. */
  reconcile(room: string, context: DeskPostContext): Promise<Receipt | null>;
}

export interface DeskPostContext {
  /** At most 40 letters, digits, - and _. */
  id: string;
  thread?: string;
  signal: AbortSignal;
}

/** All of it is plain text: no sign in it is markup, a link or somebody's name that is called. */
export interface DeskCard {
  /** At most 150 characters; longer ones are cut. */
  title?: string;
  lines: readonly string[];
  buttons?: readonly DeskButton[];
}

export interface DeskButton {
  label: string;
  /** What comes back with a press, at most 80 characters. */
  value: string;
  style?: "primary" | "danger";
}

/** What it resolves with is shown to that person alone; undefined shows nothing. A rejection lets the platform deliver again where it can. */
export interface DeskListener {
  pressed(press: DeskPress): Promise<string | undefined>;
  wrote(words: DeskWords): Promise<string | undefined>;
  /** A command of the platform's own, such as `approvals`. */
  asked(command: DeskCommand): Promise<string | undefined>;
}

interface DeskPerson {
  room: string;
  /** The platform's id of who did it, as the platform itself vouches for it. */
  user: string;
}

export interface DeskPress extends DeskPerson {
  value: string;
  /** The same when the platform delivers one press again. */
  pressId: string;
}

export interface DeskWords extends DeskPerson {
  /** The same when the platform delivers it again. */
  externalId: string;
  /** The `externalId` of the post it was written below; absent for what stands in the room itself. */
  thread?: string;
  text: string;
  /** Files came with it, which stay on the platform. */
  files: boolean;
}

export interface DeskCommand extends DeskPerson {
  command: string;
}
