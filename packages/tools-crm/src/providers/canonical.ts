import { type Customer, removeCardNumbers } from "@travelagent/protocol";
import type { CustomerChanges, CustomerFields } from "../crm.ts";
import type { ContactField, ContactFields } from "./provider.ts";

const oneLine = (text: string): string => text.trim().replace(/\s+/g, " ");

const forms: Record<ContactField, (value: string) => string> = {
  name: oneLine,
  email: (value) => value.trim().toLowerCase(),
  phone(value) {
    const digits = value.replace(/[\s()./-]/g, "").replace(/^00/, "+");
    return /^\+?\d+$/.test(digits) ? digits : oneLine(value);
  },
  language: (value) => value.trim(),
  tags: (value) => [...new Set(value.split(";").map(oneLine).filter(Boolean))].sort().join(";"),
};

/**
 * The form in which values of both sides are compared. Tags are one text, divided by semicolons and sorted. A card number is no part of
 * any value: it goes neither way.
 */
export function canonicalField(field: ContactField, value: string | null | undefined): string {
  if (!value) return "";
  const form = forms[field](value);
  return field === "phone" && rules.phone(form) ? form : removeCardNumbers(form).text;
}

/** A customer as a contact, the fields that are asked for. */
export function contactOf(customer: Customer, fields: readonly ContactField[]): ContactFields {
  const plain: Record<ContactField, string | undefined> = {
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    language: customer.language,
    tags: customer.tags.map((tag) => tag.replaceAll(";", ",")).join(";"),
  };
  return Object.fromEntries(fields.map((field) => [field, canonicalField(field, plain[field])]));
}

const rules: Record<ContactField, (value: string) => boolean> = {
  name: (value) => value !== "" && value.length <= 200,
  email: (value) => value === "" || (value.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)),
  phone: (value) => value === "" || /^\+[1-9]\d{6,14}$/.test(value),
  language: (value) => value.length <= 35,
  tags: (value) => value.split(";").length <= 50 && value.split(";").every((tag) => tag.length <= 64),
};

/** Whether our records can hold this value. */
export const isAcceptable = (field: ContactField, value: string): boolean => rules[field](value);

const tagsOf = (tags: string): string[] => (tags === "" ? [] : tags.split(";"));

/** Canonical values as changes of a customer; an empty one takes the value away. */
export const customerChanges = ({ name, tags, ...rest }: ContactFields): CustomerChanges => ({
  ...(name === undefined ? {} : { name }),
  ...(tags === undefined ? {} : { tags: tagsOf(tags) }),
  ...Object.fromEntries(Object.entries(rest).map(([field, value]) => [field, value === "" ? null : value])),
});

/** Canonical values as a new customer. */
export const customerFields = ({ name = "", tags = "", ...rest }: ContactFields): CustomerFields => ({
  name,
  ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")),
  ...(tags === "" ? {} : { tags: tagsOf(tags) }),
});

/** Vendors keep two names: the last word is the family name, what stands before it the first. `joinName` brings the same text back. */
export function splitName(name: string): { first: string; last: string } {
  const at = name.lastIndexOf(" ");
  return at < 0 ? { first: "", last: name } : { first: name.slice(0, at), last: name.slice(at + 1) };
}

export const joinName = (first: string | null | undefined, last: string | null | undefined): string => oneLine(`${first ?? ""} ${last ?? ""}`);
