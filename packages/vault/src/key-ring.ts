/** A key of 32 bytes and the name by which sealed rows say which one they need. */
export interface VaultKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/**
 * The keys above all others: they seal the data keys in the database and nothing else. Whoever implements it keeps them outside of the
 * database, so that a copy of it is useless alone.
 */
export interface KeyRing {
  /** What new data keys are sealed with. Made at first use, and safe on disk before it is returned. */
  current(): Promise<VaultKey>;
  /** Of the current key and of one that a rotation has begun to use. */
  find(id: string): Promise<VaultKey | undefined>;
  /** The key to rotate to: that of a rotation which a crash ended, otherwise a new one that is safe on disk by now. */
  beginRotation(): Promise<VaultKey>;
  /** Nothing is sealed with the old key any more: it goes. */
  endRotation(): Promise<void>;
}
