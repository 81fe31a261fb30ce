import { TravelAgentError } from "@travelagent/protocol";
import type { Database } from "@travelagent/protocol/ports";

/**
 * The sandbox's own books. To the agency a supplier whose disk is full or locked is one that does not answer: nothing was
 * written, so nothing happened.
 */
export function supplierBooks(db: Database): Database {
  const answering = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!TravelAgentError.is(error, "STORAGE_FULL") && !TravelAgentError.is(error, "STORAGE_BUSY")) throw error;
      throw new TravelAgentError("SUPPLIER_UNAVAILABLE", "the sandbox supplier cannot write its books now; try again in a minute", { cause: error });
    }
  };
  return {
    all: (sql, ...params) => db.all(sql, ...params),
    get: (sql, ...params) => db.get(sql, ...params),
    transaction: (work) => answering(db.transaction(work)),
    migrate: (owner, migrations) => answering(db.migrate(owner, migrations)),
  };
}
