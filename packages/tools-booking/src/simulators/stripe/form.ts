export type Field = string | { [name: string]: Field };
export type FieldMap = { [name: string]: Field };

/** `metadata[order]=7&items[0][price]=5` as nested fields. What is indexed by numbers becomes a list. */
export function readForm(form: URLSearchParams): FieldMap {
  const root: FieldMap = Object.create(null);
  for (const [name, value] of form) {
    const path = [...name.matchAll(/[^[\]]+|\[\]/g)].map(([part]) => part);
    let at: FieldMap = root;
    path.forEach((part, depth) => {
      const label = part === "[]" ? String(Object.keys(at).length) : part;
      if (depth === path.length - 1) at[label] = value;
      else {
        if (typeof at[label] !== "object") at[label] = Object.create(null);
        at = at[label] as FieldMap;
      }
    });
  }
  return root;
}

/** A list, or the values of fields that are numbered. */
export const listOf = (field: Field | undefined): Field[] => (typeof field === "object" ? Object.values(field) : field === undefined ? [] : [field]);
export const textOf = (field: Field | undefined): string | undefined => (typeof field === "string" ? field : undefined);
export const mapOf = (field: Field | undefined): FieldMap => (typeof field === "object" ? field : {});
export const textsOf = (field: Field | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(mapOf(field)).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])));
