/** Lower case without accents and with one kind of apostrophe and space: what the expressions of the languages are written for. */
export const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/ß/g, "ss")
    .replace(/[’‘`´]/g, "'")
    .replace(/\b([ap])\. ?m\b\.?/g, "$1m")
    .replace(/\s+/g, " ")
    .trim();
