/** The name of the channel in addresses, whatever leads to WhatsApp. */
export const whatsappChannel = "whatsapp";

/** A person is their number as `+34600111222`, the form in which people write it in lists. */
export const peerOf = (waId: string): string => `+${waId}`;

/** As WhatsApp writes it: digits alone. */
export const waIdOf = (peerId: string): string => peerId.replace(/^\+/, "");

/** A number with its country code, however it is written; null for what is none. E.164 has 15 digits at most. */
export function phoneOf(text: string): string | null {
  if (!/^\s*(?:\+|00)?[\d\s().-]+$/.test(text)) return null;
  const international = /^\s*(?:\+|00)/.test(text);
  const digits = text.replace(/\D/g, "").replace(/^00/, "");
  return international && /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null;
}
