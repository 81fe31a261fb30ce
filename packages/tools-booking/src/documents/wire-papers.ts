import type { OpenedPaper } from "../supplier.ts";

// How each vendor writes papers down. Kinds a vendor has no field for are left out.

type Papers = readonly OpenedPaper[] | undefined;
const defined = (fields: Record<string, string | boolean | undefined>): Record<string, string | boolean> =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string | boolean] => entry[1] !== undefined));
const list = <T>(name: string, entries: readonly T[]): Record<string, T[]> => (entries.length === 0 ? {} : { [name]: [...entries] });
const airline = (issuer: string | undefined): issuer is string => /^[A-Z0-9]{2}$/.test(issuer ?? "");

/** Words of a vendor for our kinds. */
const pick = (papers: Papers, words: Partial<Record<OpenedPaper["kind"], string>>) =>
  (papers ?? []).flatMap((paper) => (words[paper.kind] === undefined ? [] : [{ paper, word: words[paper.kind]! }]));
const loyal = (papers: Papers) => (papers ?? []).filter(({ kind, issuer }) => kind === "loyalty" && airline(issuer));

/** `travelers[].documents` and `loyaltyPrograms`. */
export const amadeusPapers = (papers: Papers) => ({
  ...list(
    "documents",
    pick(papers, { passport: "PASSPORT", "identity-card": "IDENTITY_CARD", visa: "VISA", "known-traveller": "KNOWN_TRAVELER" }).map(({ paper, word }) =>
      defined({
        documentType: word,
        number: paper.number,
        issuanceCountry: paper.country,
        issuanceDate: paper.issuedOn,
        expiryDate: paper.expiresOn,
        nationality: paper.nationality ?? paper.country,
        holder: true,
      }),
    ),
  ),
  ...list(
    "loyaltyPrograms",
    loyal(papers).map(({ issuer, number }) => ({ programOwner: issuer!, id: number })),
  ),
});

/** `passengers[].identity_documents` and `loyalty_programme_accounts`. */
export const duffelPapers = (papers: Papers) => ({
  ...list(
    "identity_documents",
    pick(papers, { passport: "passport", "known-traveller": "known_traveler_number" })
      // Duffel takes a passport with its country and expiry or not at all.
      .filter(({ paper }) => paper.kind !== "passport" || (paper.country !== undefined && paper.expiresOn !== undefined))
      .map(({ paper, word }) => defined({ type: word, unique_identifier: paper.number, issuing_country_code: paper.country, expires_on: paper.expiresOn })),
  ),
  ...list(
    "loyalty_programme_accounts",
    loyal(papers).map(({ issuer, number }) => ({ airline_iata_code: issuer!, account_number: number })),
  ),
});

/** `travelers[].identityDocuments` and `loyaltyPrograms`. */
export const sabrePapers = (papers: Papers, person: { givenName: string; familyName: string; bornOn?: string; gender?: string }) => ({
  ...list(
    "identityDocuments",
    pick(papers, {
      passport: "PASSPORT",
      "identity-card": "NATIONAL_ID_CARD",
      visa: "VISA",
      "residence-permit": "PERMANENT_RESIDENT_CARD",
      "known-traveller": "KNOWN_TRAVELER_NUMBER",
    }).map(({ paper, word }) =>
      defined({
        documentType: word,
        documentNumber: paper.number,
        issuingCountryCode: paper.country,
        citizenshipCountryCode: paper.nationality,
        expirationDate: paper.expiresOn,
        givenName: person.givenName,
        surname: person.familyName,
        birthDate: person.bornOn,
        gender: person.gender,
      }),
    ),
  ),
  ...list(
    "loyaltyPrograms",
    loyal(papers).map(({ issuer, number }) => ({ supplierCode: issuer!, programNumber: number, programType: "FREQUENT_FLYER" })),
  ),
});

/** `Traveler.TravelDocument` and `CustomerLoyalty`. */
export const travelportPapers = (papers: Papers) => ({
  ...list(
    "TravelDocument",
    pick(papers, { passport: "Passport", "identity-card": "NationalIdentityCard", visa: "Visa", "known-traveller": "KnownTravelerNumber" }).map(
      ({ paper, word }) => ({
        "@type": "TravelDocumentDetail",
        ...defined({
          docType: word,
          docNumber: paper.number,
          issueCountry: paper.country,
          issueDate: paper.issuedOn,
          expireDate: paper.expiresOn,
          Nationality: paper.nationality,
        }),
      }),
    ),
  ),
  ...list(
    "CustomerLoyalty",
    loyal(papers).map(({ issuer, number }) => ({ "@type": "CustomerLoyalty", supplier: issuer!, value: number })),
  ),
});
