/** `+`, a country code that does not begin with zero, 15 digits at most, and no fewer than any country has. */
export const isE164 = (number: string): boolean => /^\+[1-9]\d{6,14}$/.test(number);
