import { peerOf, waIdOf } from "../address.ts";

/** A name on WhatsApp's web protocol: `34600111222@s.whatsapp.net`, with `:7` for one of several devices, or a name that hides the number. */
export interface Jid {
  user: string;
  server: string;
}

export function jidOf(text: string | null | undefined): Jid | undefined {
  const [, user, server] = /^([^@:]+)(?::\d+)?@([a-z.]+)$/.exec(text ?? "") ?? [];
  return user === undefined || server === undefined ? undefined : { user, server };
}

export const isNumber = ({ server }: Jid): boolean => server === "s.whatsapp.net" || server === "c.us";
export const isHidden = ({ server }: Jid): boolean => server === "lid" || server === "hosted.lid";
export const isGroup = ({ server }: Jid): boolean => server === "g.us";
export const inWords = ({ user, server }: Jid): string => `${user}@${server}`;

/** Of the names of one person the number, as `+34600111222`; undefined when each of them hides it. */
export function numberAmong(...names: (string | null | undefined)[]): string | undefined {
  const found = names.map(jidOf).find((jid) => jid !== undefined && isNumber(jid) && /^\d{5,16}$/.test(jid.user));
  return found && peerOf(found.user);
}

/** Where a message to a peer goes. */
export const jidOfPeer = (peerId: string): string => (peerId.includes("@") ? peerId : `${waIdOf(peerId)}@s.whatsapp.net`);
