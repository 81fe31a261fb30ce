export { digitsAt, findSplitCard, removeCodeAlone, removeParts, removeSpan } from "./card-numbers.ts";
export { documentsNamed, type FoundDocument, findDocumentNumbers, type TypedDocument } from "./document-numbers.ts";
export { hasDigits } from "./written-digits.ts";
