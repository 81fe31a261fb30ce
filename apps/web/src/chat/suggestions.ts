/** Ways to begin, for a visitor in front of an empty page. Each is sent as it stands. */
export const suggestions: readonly string[] = [
  "Flights from Barcelona to Frankfurt next Friday for two",
  "A hotel in Lisbon for three nights from tomorrow",
  "A rental car in Málaga for next weekend",
  "What is the status of my booking?",
];
