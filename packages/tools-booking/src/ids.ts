import { createHash, randomInt } from "node:crypto";
import { canonicalJson } from "@travelagent/protocol";
import type { Traveller } from "./supplier.ts";

/** Without the letters and digits that are mistaken for each other when read out or written down. */
const unambiguous = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const lower = "abcdefghijklmnopqrstuvwxyz0123456789";

const draw = (alphabet: string, length: number): string => Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");

/** Six letters and digits a customer can read out. */
export const newReference = (): string => draw(unambiguous, 6);

/** Short enough that keys made from it stay within the 28 characters suppliers take. */
export const newOrderId = (): string => `bk${draw(lower, 16)}`;

const sha256 = (value: unknown): string => createHash("sha256").update(canonicalJson(value)).digest("hex");

/** The same for the same purchase: one owner, one set of offers, one set of people, in whatever order they are given. */
export const attemptKey = (owner: string, offerIds: readonly string[], travellers: readonly Traveller[]): string =>
  sha256({
    owner,
    offers: [...offerIds].sort(),
    travellers: travellers.map(({ givenName, familyName, bornOn }) => `${givenName} ${familyName} ${bornOn ?? ""}`.toLowerCase()).sort(),
  });

/** A short stand-in for a key of any length. */
export const shortHash = (key: string): string => sha256(key).slice(0, 20);
