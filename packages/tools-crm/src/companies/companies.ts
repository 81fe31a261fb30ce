import { TravelAgentError } from "@travelagent/protocol";
import type { Clock, Database, Row, SqlValue, Tx } from "@travelagent/protocol/ports";
import type { Page } from "../crm.ts";
import { mainAgency } from "../customer-rows.ts";
import { behind, paged, pageSize } from "../newest-first.ts";
import { once } from "../once.ts";
import { nameKey } from "../search-terms.ts";

export interface CompanyFields {
  name: string;
  vatId?: string;
  /** The company's travel policy, as values for rules: `{maxHotelPerNight: 180}`. */
  policy?: Readonly<Record<string, string | number | boolean>>;
  costCentres?: readonly string[];
}

/** A firm whose people travel. Who works there says so in their record (`companyId`). */
export interface Company {
  id: string;
  name: string;
  vatId?: string;
  policy: Readonly<Record<string, string | number | boolean>>;
  costCentres: readonly string[];
  agency?: string;
  createdAt: string;
  updatedAt: string;
  version: number;
}

export type CompanyChanges = { [K in keyof CompanyFields]?: CompanyFields[K] | (K extends "vatId" ? null : never) | undefined };

/** Firms. Writes take an `idempotencyKey` as those of `Crm` do. Unknown ids raise `NOT_FOUND`. */
export interface Companies {
  create(fields: CompanyFields, options: { idempotencyKey: string; agency?: string }): Promise<Company>;
  get(id: string): Promise<Company | null>;
  /** Raises `CONFLICT` when it is no longer at `expectedVersion`. */
  update(id: string, changes: CompanyChanges, options: { idempotencyKey: string; expectedVersion?: number }): Promise<Company>;
  /** Newest first. `query` begins words of the name. */
  list(filter: Page & { query?: string; agency?: string }): Promise<{ companies: Company[]; nextCursor?: string }>;
}

const read = (row: Row): Company => ({
  id: row.id as string,
  name: row.name as string,
  ...(row.vat_id ? { vatId: row.vat_id as string } : {}),
  policy: JSON.parse(row.policy as string) as Company["policy"],
  costCentres: JSON.parse(row.cost_centres as string) as string[],
  ...(row.agency === mainAgency ? {} : { agency: row.agency as string }),
  createdAt: new Date(Number(row.created_at)).toISOString(),
  updatedAt: new Date(Number(row.updated_at)).toISOString(),
  version: Number(row.version),
});

export interface CompaniesParts {
  db: Database;
  clock: Clock;
  newId: (prefix: string, now: number) => string;
  /** In the commit in which a company got another name. */
  onRenamed(tx: Tx, id: string): Promise<void>;
}

/** Raises `NOT_FOUND` unless this agency has that company. */
export async function needCompany(tx: Pick<Tx, "get">, id: string, agency: string): Promise<void> {
  if (!(await tx.get("select 1 as found from crm_company where id = ? and agency = ?", id, agency)))
    throw new TravelAgentError("NOT_FOUND", `there is no company ${id} at this agency; list the companies to find its id`);
}

export function companiesIn({ db, clock, newId, onRenamed }: CompaniesParts): Companies {
  const need = async (tx: Pick<Tx, "get">, id: string): Promise<Company> => {
    const row = await tx.get("select * from crm_company where id = ?", id);
    if (!row) throw new TravelAgentError("NOT_FOUND", "there is no such company");
    return read(row);
  };

  return {
    create: ({ name, vatId, policy = {}, costCentres = [] }, { idempotencyKey, agency = mainAgency }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        const { id } = await once(tx, { operation: "company", key: idempotencyKey, args: { name, vatId, policy, costCentres, agency }, now }, async () => {
          const created = newId("com", now);
          await tx.run(
            `insert into crm_company (id, agency, name, name_key, vat_id, policy, cost_centres, created_at, updated_at, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
            created,
            agency,
            name.trim(),
            ` ${nameKey(name)}`,
            vatId ?? null,
            JSON.stringify(policy),
            JSON.stringify(costCentres),
            now,
            now,
          );
          return created;
        });
        return need(tx, id);
      }),

    async get(id) {
      const row = await db.get("select * from crm_company where id = ?", id);
      return row ? read(row) : null;
    },

    update: (id, changes, { idempotencyKey, expectedVersion }) =>
      db.transaction(async (tx) => {
        const now = clock.now();
        await once(tx, { operation: "company.update", key: idempotencyKey, args: { id, changes, expectedVersion }, now }, async () => {
          const before = await need(tx, id);
          if (expectedVersion !== undefined && expectedVersion !== before.version)
            throw new TravelAgentError("CONFLICT", "somebody changed this company meanwhile; read it again", { details: { version: before.version } });
          const name = changes.name ?? before.name;
          await tx.run(
            "update crm_company set name = ?, name_key = ?, vat_id = ?, policy = ?, cost_centres = ?, updated_at = ?, version = version + 1 where id = ?",
            name.trim(),
            ` ${nameKey(name)}`,
            changes.vatId === undefined ? (before.vatId ?? null) : changes.vatId,
            JSON.stringify(changes.policy ?? before.policy),
            JSON.stringify(changes.costCentres ?? before.costCentres),
            now,
            id,
          );
          if (name !== before.name) await onRenamed(tx, id);
          return id;
        });
        return need(tx, id);
      }),

    async list({ query, agency, ...page }) {
      const { sql, params } = behind(page);
      const conditions = [sql];
      const values: SqlValue[] = [...params];
      if (agency !== undefined) {
        conditions.push("agency = ?");
        values.push(agency);
      }
      for (const word of nameKey(query ?? "")
        .split(" ")
        .filter(Boolean)
        .slice(0, 8)) {
        conditions.push("name_key like ?");
        values.push(`% ${word}%`);
      }
      const size = pageSize(page);
      const rows = await db.all(`select * from crm_company where ${conditions.join(" and ")} order by created_at desc, id desc limit ?`, ...values, size + 1);
      const { items, next } = paged(rows, size, read);
      return { companies: items, ...next };
    },
  };
}
