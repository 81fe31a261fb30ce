import { expect, it } from "vitest";
import { isView, parseRoute, routePath } from "./route.ts";

it("reads deep links and falls back to the inbox", () => {
  expect(parseRoute("/bookings", "?id=b1")).toEqual({ view: "bookings", id: "b1" });
  expect(parseRoute("/approvals/", "")).toEqual({ view: "approvals", id: undefined });
  for (const path of ["/", "/login", "/something"]) expect(parseRoute(path, "").view).toBe("inbox");
});

it("knows which addresses are its own", () => {
  for (const path of ["/inbox", "/bookings/", "/approvals"]) expect(isView(path)).toBe(true);
  for (const path of ["/", "/login", "/customers", "/inbox/42"]) expect(isView(path)).toBe(false);
});

it("writes what it reads, whatever is in an id", () => {
  const id = "agent:main:webchat:direct:ä&b=c/d";
  const [path = "", search = ""] = routePath({ view: "inbox", id }).split("?");
  expect(parseRoute(path, `?${search}`)).toEqual({ view: "inbox", id });
});
