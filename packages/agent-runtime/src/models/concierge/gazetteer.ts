/** A city with its airports, or one airport. */
export interface Place {
  kind: "city" | "airport";
  /** IATA: the metropolitan code of a city (`LON`), or an airport's (`LHR`). A city with one airport has that airport's code or its own city code. */
  code: string;
  /** `London`, `London Heathrow`. */
  name: string;
  cityName: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  countryName: string;
  /** For telling namesakes apart: a state or region where one is usually named, such as `Oregon`. */
  region?: string;
  /** Airport codes, busiest first. */
  airports: string[];
  /** IANA. */
  timeZone: string;
  /** Larger means more travelled: puts candidates in order, and a namesake many times smaller is not asked about. */
  weight: number;
}

/** Knows places by what people call them. The concierge asks it with pieces of a message, in lower case without accents. */
export interface Gazetteer {
  /**
   * Places with exactly this name, alias or code, best first; empty when there is none. Two cities of one name
   * (`san jose`, `portland`) are both returned: the caller asks back.
   */
  find(name: string): Place[];
  /** The most travelled cities of a country by its usual name, best first; empty for what is no country. A name that is also a city's is found by `find` first. */
  inCountry?(name: string): Place[];
  /** Best guesses for a misspelt name of five letters or more, at most three; never used without asking. */
  guess?(name: string): Place[];
}
