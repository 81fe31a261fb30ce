import { TravelAgentError } from "@travelagent/protocol";
import type { Database, Row, Tx } from "@travelagent/protocol/ports";
import type { CustomerFilter } from "./crm.ts";
import type { CustomerIndex } from "./customer-index.ts";
import { readCustomer } from "./customer-rows.ts";
import { pageSize } from "./newest-first.ts";
import { queryTerms, searchWords } from "./search-terms.ts";

/** How many of the newest notes a customer is found by. */
const notesLookedAt = 100;

export interface CustomerSearch {
  /** One page of rows, newest first. */
  page(filter: CustomerFilter): Promise<{ rows: Row[]; next: { nextCursor?: string } }>;
  /** Writes down anew what a customer is found by; one that was merged away is found by nothing. */
  index(tx: Tx, customerId: string): Promise<void>;
  /** After a change of the name, those who work there are found by the new one. */
  indexCompany(tx: Tx, companyId: string): Promise<void>;
  /** Takes in those that are in no index yet. */
  catchUp(): Promise<void>;
}

/** Customers found by words and by values. Costs about the same at a hundred customers and at a hundred thousand. */
export function createCustomerSearch(db: Database, index: CustomerIndex): CustomerSearch {
  async function put(tx: Tx, row: Row): Promise<void> {
    const seq = Number(row.seq);
    if (Number(row.indexed) === 0) await tx.run("update crm_customer set indexed = 1 where id = ?", row.id as string);
    if (row.merged_into) return index.remove(tx, seq);
    const customer = readCustomer(row);
    const company = row.company_id ? await tx.get<{ name: string }>("select name from crm_company where id = ?", row.company_id as string) : undefined;
    const noted = await tx.all<{ text: string }>(
      "select text from crm_note where customer_id = ? order by created_at desc, id desc limit ?",
      customer.id,
      notesLookedAt,
    );
    await index.put(tx, seq, {
      words: searchWords(customer, [...(company ? [company.name] : []), ...noted.map(({ text }) => text)]),
      facets: {
        agency: row.agency as string,
        lifecycle: customer.lifecycle,
        owner: customer.owner,
        company: customer.companyId,
        tag: customer.tags,
      },
    });
  }

  return {
    async page({ query = "", tag, owner, lifecycle, companyId, agency, ...page }) {
      const size = pageSize(page);
      const before = cursorOf(page.cursor);
      const terms = queryTerms(query);
      if (query.trim() !== "" && terms.length === 0) return { rows: [], next: {} };
      const facets = Object.fromEntries(
        Object.entries({ tag, owner, lifecycle, company: companyId, agency }).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      let rows: Row[];
      if (terms.length === 0 && Object.keys(facets).length === 0)
        rows = await db.all("select * from crm_customer where seq < ? and merged_into is null order by seq desc limit ?", before, size + 1);
      else {
        const found = await index.find({ terms, facets, ...(before < Number.MAX_SAFE_INTEGER ? { before } : {}), limit: size + 1 });
        rows =
          found.length === 0
            ? []
            : await db.all(
                `select * from crm_customer where seq in (${found.map(() => "?").join(", ")}) and merged_into is null order by seq desc limit ?`,
                ...found,
                size + 1,
              );
      }
      const last = rows.length > size ? rows[size - 1] : undefined;
      return { rows: rows.slice(0, size), next: last ? { nextCursor: String(last.seq) } : {} };
    },

    async index(tx, customerId) {
      const row = await tx.get("select * from crm_customer where id = ?", customerId);
      if (row) await put(tx, row);
    },

    async indexCompany(tx, companyId) {
      for (const row of await tx.all("select * from crm_customer where company_id = ?", companyId)) await put(tx, row);
    },

    async catchUp() {
      for (let left = true; left; )
        left = await db.transaction(async (tx) => {
          const rows = await tx.all("select * from crm_customer where indexed = 0 order by seq limit 500");
          for (const row of rows) await put(tx, row);
          return rows.length > 0;
        });
    },
  };
}

function cursorOf(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (!/^\d{1,15}$/.test(cursor)) throw new TravelAgentError("INVALID_REQUEST", "this cursor is none of ours; start again without one");
  return Number(cursor);
}
