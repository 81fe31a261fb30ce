/** Our name for one message of WhatsApp's: every status brings it back. */
export const referenceOf = (sendId: string, part: number): string => `${sendId}#${part}`;

export function referred(reference: string | undefined): { sendId: string; part: number } | undefined {
  const [, sendId, part] = /^(.+)#(\d{1,4})$/s.exec(reference ?? "") ?? [];
  return sendId === undefined ? undefined : { sendId, part: Number(part) };
}
