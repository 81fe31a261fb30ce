import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { type BucketOptions, createTokenBuckets } from "./token-bucket.ts";

export interface LockoutOptions {
  /** Wrong guesses from one address. Default 10, then 10 a minute. */
  perAddress?: BucketOptions;
  /** Wrong guesses from everywhere. Default 100, then 60 a minute. */
  overall?: BucketOptions;
}

/** Slows down whoever guesses secrets. This machine is no exception: other programs and web pages run on it too. */
export interface Lockout {
  /** Raises `RATE_LIMITED` with `retryAfterMs` while no further guess is allowed, whether it would be right or not. */
  check(address: string): void;
  failed(address: string): void;
  succeeded(address: string): void;
  /** Somebody we know, by a secret of less weight: strangers do not lock them out, and their wrong guesses still count. */
  known(address: string): void;
}

const maxKnownAddresses = 1000;

export function createLockout({
  clock,
  perAddress = { burst: 10, perMinute: 10 },
  overall = { burst: 100, perMinute: 60 },
}: LockoutOptions & { clock: Clock }): Lockout {
  const byAddress = createTokenBuckets({ ...perAddress, clock });
  const all = createTokenBuckets({ ...overall, clock });
  // Addresses that were right before stay out of the overall limit: strangers who guess from many places must not lock the operators out.
  const known = new Set<string>();

  const remember = (address: string): void => {
    const key = addressBlock(address);
    known.delete(key);
    known.add(key);
    if (known.size > maxKnownAddresses) for (const oldest of known) if (known.delete(oldest)) break;
  };

  return {
    check(address) {
      const key = addressBlock(address);
      const waitMs = Math.max(byAddress.waitMs(key), known.has(key) ? 0 : all.waitMs("all"));
      if (waitMs > 0)
        throw new TravelAgentError("RATE_LIMITED", `too many failed attempts: wait ${Math.ceil(waitMs / 1000)} s, then try again`, { retryAfterMs: waitMs });
    },
    failed(address) {
      byAddress.take(addressBlock(address));
      all.take("all");
    },
    succeeded(address) {
      byAddress.reset(addressBlock(address));
      remember(address);
    },
    known: remember,
  };
}

/** One home or office: the address itself for IPv4, the first 64 bits for IPv6, as anybody has all the rest to choose from. */
export function addressBlock(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill("0");
  const groups = [...left, ...zeros, ...right];
  return groups.slice(0, 4).every((group) => group === "0") ? address : `${groups.slice(0, 4).join(":")}::/64`;
}
