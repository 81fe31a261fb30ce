import { TravelAgentError } from "@travelagent/protocol";
import type { TurnScope } from "@travelagent/protocol/turn";
import type { PaperKind } from "../supplier.ts";
import type { KeptPaper, PaperDesk } from "./paper-desk.ts";

/** A paper that goes to the airline with a booking. */
export interface TravellerPaper {
  id: string;
  kind: PaperKind;
  version: number;
  /** For whoever says yes: masked. */
  said: string;
  country?: string;
  expiresOn?: string;
}

const plain = (name: string): string =>
  name
    .normalize("NFD")
    .replace(/[^\p{L}]/gu, "")
    .toUpperCase();
/** The same person, however many of the given names are written. */
const isSame = (holder: KeptPaper["holder"], given: { givenName: string; familyName: string }): boolean =>
  plain(holder.familyName) === plain(given.familyName) &&
  (plain(holder.givenName).startsWith(plain(given.givenName)) || plain(given.givenName).startsWith(plain(holder.givenName)));

export const sayPaper = ({ kind, masked, holder, country, expiresOn, issuer }: KeptPaper): string =>
  [
    `${kind.replaceAll("-", " ")} ${masked} of ${holder.givenName} ${holder.familyName}`,
    ...(country === undefined ? [] : [`issued by ${country}`]),
    ...(issuer === undefined ? [] : [issuer]),
    ...(expiresOn === undefined ? [] : [`valid until ${expiresOn}`]),
  ].join(", ");

/**
 * The papers that were named for each traveller, in their order. Raises `NOT_FOUND` for one that is not this customer's,
 * `INVALID_REQUEST` for one of somebody else than the traveller.
 */
export async function papersOf(
  desk: PaperDesk | undefined,
  turn: TurnScope,
  travellers: readonly { givenName: string; familyName: string; documents?: readonly string[] | undefined }[],
): Promise<TravellerPaper[][]> {
  if (travellers.every(({ documents = [] }) => documents.length === 0)) return travellers.map(() => []);
  const own = new Map((await (desk?.list(turn) ?? [])).map((paper) => [paper.id, paper]));
  return travellers.map((traveller) =>
    (traveller.documents ?? []).map((id) => {
      const paper = own.get(id);
      if (!paper) throw new TravelAgentError("NOT_FOUND", `there is no document ${id}; list_documents shows those there are`);
      if (!isSame(paper.holder, traveller))
        throw new TravelAgentError(
          "INVALID_REQUEST",
          `the ${sayPaper(paper)} is not of ${traveller.givenName} ${traveller.familyName}; name each traveller's own`,
        );
      const { kind, version, country, expiresOn } = paper;
      return { id, kind, version, said: sayPaper(paper), ...(country === undefined ? {} : { country }), ...(expiresOn === undefined ? {} : { expiresOn }) };
    }),
  );
}

/** What rules want to know of the passport among them. */
export function passportIn(papers: readonly TravellerPaper[] = []): { country: string; expiresOn: string } | undefined {
  const passport = papers.find(({ kind, country, expiresOn }) => kind === "passport" && country !== undefined && expiresOn !== undefined);
  return passport && { country: passport.country!, expiresOn: passport.expiresOn! };
}
