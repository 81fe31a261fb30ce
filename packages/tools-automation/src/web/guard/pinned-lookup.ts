import { isIP, type LookupFunction } from "node:net";

/** For `node:net` and everything on top of it: whatever name is asked for, these addresses are the answer. Server name and Host stay the name's. */
export const pinnedLookup =
  (addresses: readonly string[]): LookupFunction =>
  (_hostname, options, callback) => {
    const answers = addresses.map((address) => ({ address, family: isIP(address) }));
    if (options.all) return callback(null, answers);
    const [first] = answers;
    return callback(null, first!.address, first!.family);
  };
