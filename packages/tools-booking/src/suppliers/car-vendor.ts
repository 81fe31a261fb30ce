/** Rental companies by the codes that reservation systems give them. */
const codes: readonly (readonly [name: string, code: string])[] = [
  ["Hertz", "ZE"],
  ["Avis", "ZI"],
  ["Budget", "ZD"],
  ["Sixt", "SX"],
  ["Europcar", "EP"],
  ["Enterprise", "ET"],
  ["National", "ZL"],
  ["Alamo", "AL"],
  ["Thrifty", "ZT"],
  ["Dollar", "ZR"],
  ["Payless", "ZA"],
];

/** The company's code by its name; the vendor's own id where the name has none. */
export function carVendorCode(name: string, otherwise: string): string {
  const plain = name.toLowerCase();
  return codes.find(([known]) => plain === known.toLowerCase() || plain.startsWith(`${known.toLowerCase()} `))?.[1] ?? otherwise;
}
