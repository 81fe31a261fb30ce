import { testDatabase } from "@travelagent/engine/testing";
import { afterEach, expect, it } from "vitest";
import { bookingBench } from "../testing/bench.ts";
import { sampleFlight } from "../testing/sample-offers.ts";
import { defaultReadingTimes } from "./reading-times.ts";
import { createSuppliedItems } from "./supplied.ts";

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

it("news that wait for a later look keep their time, however often their order changes meanwhile", async () => {
  const db = await testDatabase();
  opened.push(() => db.close());
  const bench = await bookingBench({ db });
  await bench.findAll();
  const { order } = await bench.book([sampleFlight().id]);
  const { clock } = bench;
  const items = createSuppliedItems({ db, clock, readingTimes: defaultReadingTimes, isReadAgain: () => false });
  const [{ supplierReference = "", offer }] = order.items as [(typeof order.items)[number]];
  const hear = (at: number) =>
    db.transaction((tx) =>
      tx.run(
        "insert into booking_news (supplier, event_id, kind, vertical, reference, heard_at, next_at) values (?, 'e1', 'changed', 'flight', ?, ?, ?) on conflict (supplier, event_id) do update set next_at = excluded.next_at",
        offer.supplier,
        supplierReference,
        clock.now(),
        at,
      ),
    );
  const nextAt = async () => Number((await db.get("select next_at from booking_news where event_id = 'e1'"))?.next_at);
  const change = () => db.transaction((tx) => tx.run("update booking_order set updated_at = ? where id = ?", clock.now(), order.id));

  // Heard before anybody knew whom it concerns: looked at as soon as that is known.
  const later = clock.now() + 3_600_000;
  await hear(later);
  await items.catchUp();
  expect(await nextAt()).toBeLessThan(clock.now());

  // In doubt, it is asked after in an hour; looking changes the order, and that must not bring the hour forward.
  await hear(later);
  for (let looks = 0; looks < 3; looks++) {
    await change();
    await items.catchUp();
  }
  expect(await nextAt()).toBe(later);
});
