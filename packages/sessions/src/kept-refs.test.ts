import { expect, it } from "vitest";
import { createKeptRefs } from "./kept-refs.ts";

const ref = (sessionId: string) => ({ agentId: "main", sessionId });

it("keeps what was read, until it is forgotten", async () => {
  const refs = createKeptRefs();
  expect(await refs.load("a", async () => ref("1"))).toEqual(ref("1"));
  expect(refs.get("a")).toEqual(ref("1"));
  refs.forget("a");
  expect(refs.get("a")).toBeUndefined();
});

it("keeps nothing that was read while something changed: it may be what was before", async () => {
  const refs = createKeptRefs();
  const { promise, resolve } = Promise.withResolvers<void>();
  const loading = refs.load("a", async () => {
    await promise;
    return ref("old");
  });
  refs.forget("a");
  resolve();
  expect(await loading).toEqual(ref("old"));
  expect(refs.get("a")).toBeUndefined();
});

it("keeps so many and no more", async () => {
  const refs = createKeptRefs();
  for (let at = 0; at < 1_100; at++) await refs.load(`s${at}`, async () => ref(`${at}`));
  expect(refs.get("s0")).toBeUndefined();
  expect(refs.get("s1099")).toEqual(ref("1099"));
});
