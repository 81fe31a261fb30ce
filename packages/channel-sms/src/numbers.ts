import { TravelAgentError } from "@travelagent/protocol";
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";

/** Where messages may go. Everything else is refused: whoever can make a system send to any number earns money with it. */
export interface Destinations {
  /** The number in E.164, from what a person wrote; a national number is one of the first country. Undefined for what is none, or not allowed. */
  numberOf(written: string): string | undefined;
  /** Why nothing is sent to this number; undefined where it may be. */
  refusal(number: string): { reason: string; code?: "no-such-recipient" } | undefined;
}

/** Kinds of numbers that cost the one who writes to them, or that get no text messages. */
const costly: ReadonlySet<string | undefined> = new Set(["PREMIUM_RATE", "SHARED_COST", "UAN", "PERSONAL_NUMBER", "VOICEMAIL", "PAGER", "TOLL_FREE"]);

/** The country of a number; undefined for a name, a short code, or a number of no country. */
export const countryOf = (number: string): string | undefined => (number.startsWith("+") ? parsePhoneNumberFromString(number)?.country : undefined);

export const isE164 = (number: string): boolean => /^\+[1-9]\d{6,14}$/.test(number);

/** `countries`: two letters each, the agency's own first. Raises `CONFIG_INVALID` for what is no country, and for none at all. */
export function createDestinations(countries: readonly string[]): Destinations {
  for (const country of countries)
    if (!isSupportedCountry(country)) throw new TravelAgentError("CONFIG_INVALID", `${country} is no country: write two capital letters, such as ES`);
  const [home] = countries as CountryCode[];
  if (home === undefined)
    throw new TravelAgentError("CONFIG_INVALID", "say to which countries text messages may go: countries, two capital letters each, such as ES");
  const allowed = new Set<string | undefined>(countries);

  function refusal(number: string): ReturnType<Destinations["refusal"]> {
    const parsed = isE164(number) ? parsePhoneNumberFromString(number) : undefined;
    if (!parsed?.isValid()) return { reason: "this is no telephone number that exists", code: "no-such-recipient" };
    const country = parsed.country;
    if (!allowed.has(country))
      return { reason: `text messages to ${country ?? `+${parsed.countryCallingCode}`} are not allowed; countries of the channel names those that are` };
    if (costly.has(parsed.getType())) return { reason: "numbers of this kind cost extra or take no text messages; nothing is sent to them" };
    return undefined;
  }

  return {
    numberOf(written) {
      const number = parsePhoneNumberFromString(written, home)?.number;
      return number !== undefined && !refusal(number) ? number : undefined;
    },
    refusal,
  };
}
