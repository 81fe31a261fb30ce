import { ConnectParams, MAX_PROTOCOL_VERSION, methods, PROTOCOL_VERSION } from "@travelagent/protocol";
import { expect, it } from "vitest";
import { connectParams, protocolRange, twoStageMethods } from "./handshake.ts";

it("speaks the versions of the protocol package", () => {
  expect(protocolRange).toEqual({ min: PROTOCOL_VERSION, max: MAX_PROTOCOL_VERSION });
});

it("knows the two-stage methods of the protocol package", () => {
  const declared = Object.entries(methods).filter(([, spec]) => spec.twoStage);
  expect([...twoStageMethods]).toEqual(declared.map(([name]) => name));
});

it("introduces itself in a form the gateway accepts", () => {
  const client = { id: "cli", version: "1", platform: "linux", mode: "cli" } as const;
  expect(
    ConnectParams.parse(connectParams({ role: "operator", client, auth: { token: "t" }, scopes: ["operator.read"], timeZone: "Europe/Madrid" })),
  ).toMatchObject({ role: "operator", auth: { token: "t" } });
  const visitor = ConnectParams.parse(connectParams({ role: "visitor", client }));
  expect(visitor).not.toHaveProperty("auth");
  expect(visitor).not.toHaveProperty("scopes");
});

it("asks for everything as an operator unless told otherwise, since protocol 4 grants nothing unasked", () => {
  const client = { id: "cli", version: "1", platform: "linux", mode: "cli" } as const;
  expect(connectParams({ role: "operator", client }).scopes).toEqual(["operator.admin"]);
});
