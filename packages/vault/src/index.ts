export type { AuditEntry } from "./audit.ts";
export {
  type DocumentKind,
  type DocumentOwner,
  type DocumentView,
  documentKinds,
  type OpenFields,
  plainNumber,
  type SealedField,
  sealedFields,
} from "./document.ts";
export type { CheckedFile, FileCheck, Verdict } from "./file-check.ts";
export { type FileView, largestFile, type VaultFiles } from "./file-rows.ts";
export type { FileType } from "./file-type.ts";
export { type HeldNumber, tokenForm } from "./held.ts";
export type { KeyRing, VaultKey } from "./key-ring.ts";
export { vaultPersonalData } from "./personal-data.ts";
export { createVault, type NewDocument, type OwnDocument, type ReleaseRequest, type Vault, type VaultOptions } from "./vault.ts";
