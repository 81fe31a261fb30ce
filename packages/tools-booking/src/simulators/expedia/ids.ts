/** Rapid's ids are digits: the world's `LIS07` is one number, and so is its city. */
export const toNumber = (code: string): string => String(Number.parseInt(code, 36));
export const toCode = (id: string): string => (/^\d{1,12}$/.test(id) ? Number(id).toString(36).toUpperCase() : "");
export const cityOf = (propertyId: string): string => toCode(propertyId).slice(0, 3);
