import { openEngine } from "../engine.ts";

/** Sent by the tests of ownership to the process that is paused. */
export type WritingOrder = { open: string } | { write: string } | { hold: true };

let engine: ReturnType<typeof openEngine>;

/** Opens an engine, writes a row for every order, and tells what became of it. */
process.on("message", async (order: WritingOrder) => {
  if ("open" in order) {
    engine = openEngine({ path: order.open, onSuperseded: () => process.send?.({ superseded: true }) });
    await engine.db.migrate("test.note", [{ version: 1, sql: "create table note (text text)" }]);
    process.send?.({ opened: true });
  } else if ("hold" in order) {
    await engine.db.transaction(async (tx) => {
      await tx.run("insert into note (text) values ('held')");
      process.send?.({ holding: true });
      await new Promise((resolve) => setTimeout(resolve, 3000));
    });
    process.send?.({ held: true });
  } else {
    const outcome = await engine.db
      .transaction((tx) => tx.run("insert into note (text) values (?)", order.write))
      .then(
        () => "stored",
        (error: { code?: string }) => error.code ?? "failed",
      );
    process.send?.({ write: order.write, outcome });
  }
});
