import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { Database } from "@travelagent/protocol/ports";
import { createDesk, type Desk, type DeskOptions } from "./desk.ts";
import { deskPersonalData } from "./personal-data.ts";
import { deskMigrations } from "./posts.ts";

export interface OpenedDesk {
  personalData: PersonalDataStore;
  /** Once everybody it needs is there; it works from `start` on. */
  connect(options: DeskOptions): Desk;
  /** An event of the gateway. */
  hear(event: string): void;
}

/** The desk before the gateway is: its table, and who answers for it. */
export async function openDesk(db: Database): Promise<OpenedDesk> {
  await db.migrate("desk", deskMigrations);
  let desk: Desk | undefined;
  return {
    personalData: deskPersonalData({ db, onErased: () => desk?.wake() }),
    connect(options) {
      desk = createDesk(options);
      return desk;
    },
    hear: (event) => desk?.hear(event),
  };
}
