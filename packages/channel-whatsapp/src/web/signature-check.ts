import { createPublicKey, verify } from "node:crypto";

const prime = 2n ** 255n - 19n;

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  for (let square = base % prime, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
};

/** A key for agreement as the key for signatures it stands for: y = (u - 1) / (u + 1). */
function signatureKey(u: Uint8Array, sign: number): Buffer {
  const bytes = Buffer.from(u).reverse();
  bytes[0]! &= 0x7f;
  const value = BigInt(`0x${bytes.toString("hex")}`) % prime;
  const y = ((((value - 1n + prime) % prime) * power(value + 1n, prime - 2n)) % prime).toString(16).padStart(64, "0");
  const key = Buffer.from(y, "hex").reverse();
  key[31]! |= sign;
  return key;
}

const spki = Buffer.from("302a300506032b6570032100", "hex");

/** Whether `signature` (XEdDSA) of `message` is by the owner of this Curve25519 key, with or without its version byte. Never throws. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = publicKey.length === 33 ? publicKey.subarray(1) : publicKey;
  if (key.length !== 32 || signature.length !== 64) return false;
  const plain = Buffer.from(signature);
  plain[63]! &= 0x7f;
  try {
    const owner = createPublicKey({ key: Buffer.concat([spki, signatureKey(key, signature[63]! & 0x80)]), format: "der", type: "spki" });
    return verify(null, message, owner, plain);
  } catch {
    return false;
  }
}
