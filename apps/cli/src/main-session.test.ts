import { describe, expect, it } from "vitest";
import { mainSession, sessionOf } from "./main-session.ts";

type Known = Parameters<typeof mainSession>[0];

const ready = (sessionDefaults?: { defaultAgentId: string; mainKey: string; mainSessionKey: string }): Known =>
  ({ state: { status: "ready", hello: { snapshot: { ...(sessionDefaults ? { sessionDefaults } : {}) } } } }) as unknown as Known;

const agency = ready({ defaultAgentId: "booking", mainKey: "main", mainSessionKey: "agent:booking:main" });

describe("the conversation of a command", () => {
  it("is the main one of the gateway's default agent when none is named", () => {
    expect(sessionOf(agency, undefined)).toBe("agent:booking:main");
    expect(sessionOf(agency, "main")).toBe("agent:booking:main");
    expect(sessionOf(agency, "agent:sales:trip")).toBe("agent:sales:trip");
  });

  it("is agent:main:main with a gateway that does not say", () => {
    expect(mainSession(ready())).toBe("agent:main:main");
    expect(mainSession({ state: { status: "connecting", phase: "socket", attempt: 1 } } as Known)).toBe("agent:main:main");
  });
});
