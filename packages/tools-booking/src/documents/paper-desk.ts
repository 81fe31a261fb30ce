import type { TurnScope } from "@travelagent/protocol/turn";
import type { PaperKind } from "../supplier.ts";

/** A paper as a tool may see it. */
export interface KeptPaper {
  id: string;
  kind: PaperKind;
  holder: { givenName: string; familyName: string };
  country?: string;
  expiresOn?: string;
  issuer?: string;
  /** The end of its number. */
  masked: string;
  version: number;
}

export interface NewPaper {
  kind: PaperKind;
  holder: { givenName: string; familyName: string };
  /** Of a number this conversation's customer typed. */
  token: string;
  country?: string;
  nationality?: string;
  expiresOn?: string;
  issuedOn?: string;
  issuer?: string;
}

/** The papers of the customer of a turn; nothing a model says makes it another customer. No number in clear is ever in it. */
export interface PaperDesk {
  /** Oldest first; empty for somebody without a record. */
  list(turn: TurnScope): Promise<KeptPaper[]>;
  /** What a token of this conversation stands for. Null for one it does not have. */
  held(turn: TurnScope, token: string): Promise<{ kind: PaperKind; masked: string } | null>;
  /** Raises `CONFLICT` while the conversation has no customer record, `INVALID_REQUEST` for a token that stands for nothing. */
  save(turn: TurnScope, paper: NewPaper, idempotencyKey: string): Promise<KeptPaper>;
}
