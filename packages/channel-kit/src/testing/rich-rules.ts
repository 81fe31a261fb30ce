import type { Attachment, Place } from "@travelagent/protocol/messages";
import type { Runner } from "@travelagent/protocol/testing";
import type { SendContext } from "../adapter.ts";
import type { ChannelBench } from "./contract.ts";
import { fakeHost } from "./fake-host.ts";

/** One rule of the contract, on a bench of its own. */
export type Rule = (sentence: string, body: (bench: ChannelBench) => Promise<void>) => void;

const bytes = new TextEncoder().encode("%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n");
const itinerary: Attachment = { id: "f1", kind: "document", mimeType: "application/pdf", bytes: bytes.length, fileName: "itinerary.pdf" };
const airport: Place = { latitude: 38.7742, longitude: -9.1342, name: "Lisbon airport" };
const context = (id: string, over: Partial<SendContext> = {}): SendContext => ({ id, signal: new AbortController().signal, ...over });

/** Rules about what not every platform has: files, buttons, places, changed texts, reports, limits, machines and people of the agency. */
export function richRules(rule: Rule, expect: Runner["expect"]): void {
  const same = (externalId: string): string => externalId;

  rule("does what is best effort without failing", async ({ adapter, customer }) => {
    await adapter.start(fakeHost());
    adapter.showTyping?.(customer);
    adapter.preview?.(customer, "Two seats", "run-1");
    adapter.react?.(customer, "in-unknown", "👀");
    adapter.react?.(customer, "in-unknown", null);
    adapter.markRead?.(customer, "in-unknown");
  });

  rule("says how long to wait when the platform does, and sends nothing meanwhile", async ({ adapter, customer, limitNext, shown }) => {
    if (!limitNext) return;
    await adapter.start(fakeHost());
    limitNext(3_000);
    const receipt = await adapter.send(customer, { text: "hello" }, context("out-1"));
    expect(receipt).toMatchObject({ status: "failed", retryable: true });
    expect((receipt.status === "failed" && receipt.retryAfterMs) || 0).toBeGreaterThan(2_000);
    expect(shown()).toEqual([]);
  });

  rule("brings a file with its name and its bytes", async ({ adapter, customer, files }) => {
    if (!files || (adapter.features.media?.document ?? 0) < bytes.length) return;
    await adapter.start(fakeHost());
    const message = { text: "Your itinerary.", attachments: [itinerary] };
    expect((await adapter.send(customer, message, context("out-1", { read: async () => bytes }))).status).toBe("sent");
    expect(files().map((file) => new TextDecoder().decode(file.bytes))).toEqual([new TextDecoder().decode(bytes)]);
  });

  rule("does not reject when a file cannot be read", async ({ adapter, customer, files }) => {
    if (!files || (adapter.features.media?.document ?? 0) < bytes.length) return;
    await adapter.start(fakeHost());
    const read = async (): Promise<never> => {
      throw new Error("the disk does not answer");
    };
    const receipt = await adapter.send(customer, { text: "Your itinerary.", attachments: [itinerary] }, context("out-1", { read }));
    expect(receipt.status === "sent").toBe(false);
    expect(files()).toEqual([]);
  });

  rule("shows as many buttons as it states", async ({ adapter, customer, buttons }) => {
    const most = adapter.features.buttons ?? 0;
    if (!buttons || most < 1) return;
    await adapter.start(fakeHost());
    const labels = ["Morning", "Noon", "Evening"].slice(0, most);
    const receipt = await adapter.send(customer, { text: "When?", buttons: labels.map((label) => ({ label, text: label.toLowerCase() })) }, context("out-1"));
    expect(receipt.status).toBe("sent");
    expect(buttons()).toEqual(labels);
  });

  rule("hands over a button that was pressed as its text and its action", async ({ adapter, customer, press }) => {
    if (!press || (adapter.features.buttons ?? 0) < 1) return;
    const host = fakeHost();
    await adapter.start(host);
    const button = { label: "Yes, book it", text: "yes", action: { type: "confirm", id: "cf_7Q2" } } as const;
    await adapter.send(customer, { text: "Book this flight?", buttons: [button] }, context("out-1"));
    await press(button.label);
    expect(host.received.length).toBe(1);
    expect(host.received[0]).toMatchObject({ address: customer, text: button.text, action: button.action });
  });

  rule("shows a place on a map when it says that it does", async ({ adapter, customer, places }) => {
    if (!places || !adapter.features.locations) return;
    await adapter.start(fakeHost());
    expect((await adapter.send(customer, { text: "We meet here.", location: airport }, context("out-1"))).status).toBe("sent");
    expect(places().map(({ latitude, longitude }) => [latitude.toFixed(3), longitude.toFixed(3)])).toEqual([["38.774", "-9.134"]]);
  });

  rule("puts another text in place of its own, when it can", async ({ adapter, customer, standing }) => {
    if (!standing || !adapter.edit) return;
    await adapter.start(fakeHost());
    const receipt = await adapter.send(customer, { text: "Looking for flights …" }, context("out-1"));
    const externalId = receipt.status === "sent" ? receipt.externalId : undefined;
    if (externalId === undefined) throw new Error("a message that can be changed has an id");
    expect((await adapter.edit(customer, externalId, { text: "Three flights found." }, context("out-1"))).status).toBe("sent");
    expect(standing()).toEqual(["Three flights found."]);
  });

  rule("has a customer's file kept before it hands the message over", async ({ adapter, deliverFile, idOf = same }) => {
    if (!deliverFile) return;
    const host = fakeHost({ media: true });
    await adapter.start(host);
    await deliverFile({ externalId: "in-1", text: "my ticket", fileName: "ticket.pdf", bytes });
    expect(host.received.map(({ externalId }) => externalId)).toEqual([idOf("in-1")]);
    const kept = (host.received[0]?.attachments ?? []).map(({ id }) => new TextDecoder().decode(host.files.get(id)));
    expect(kept).toEqual([new TextDecoder().decode(bytes)]);
  });

  rule("says that something came where the gateway keeps no files", async ({ adapter, deliverFile }) => {
    if (!deliverFile) return;
    const host = fakeHost();
    await adapter.start(host);
    await deliverFile({ externalId: "in-1", text: "", fileName: "ticket.pdf", bytes });
    expect(host.received.length).toBe(1);
    const [message] = host.received;
    expect((message?.text.trim() ?? "") !== "" || (message?.refusedAttachments ?? []).length > 0).toBe(true);
  });

  rule("hands over where a customer is", async ({ adapter, deliverPlace }) => {
    if (!deliverPlace) return;
    const host = fakeHost();
    await adapter.start(host);
    await deliverPlace({ externalId: "in-1", place: airport });
    expect(host.received[0]?.location?.latitude.toFixed(3)).toBe("38.774");
  });

  rule("hands over a changed message as one of its own that names the first", async ({ adapter, deliver, deliverEdit, idOf = same }) => {
    if (!deliver || !deliverEdit) return;
    const host = fakeHost();
    await adapter.start(host);
    await deliver({ externalId: "in-1", text: "two seats to Lisbon" });
    await deliverEdit({ externalId: "in-2", edits: "in-1", text: "three seats to Lisbon" });
    expect(host.received.length).toBe(2);
    expect(host.received[1]).toMatchObject({ edits: idOf("in-1"), text: "three seats to Lisbon" });
    expect(host.received[1]?.externalId === host.received[0]?.externalId).toBe(false);
  });

  rule("says of what a machine wrote that a machine wrote it, or keeps it to itself", async ({ adapter, deliverAutomated }) => {
    if (!deliverAutomated) return;
    const host = fakeHost();
    await adapter.start(host);
    await deliverAutomated({ externalId: "in-1", text: "I am out of office until Monday." });
    expect(host.received.filter(({ automated }) => automated === undefined)).toEqual([]);
  });

  rule("knows a person of the agency who answers on the platform from a customer", async ({ adapter, customer, personWrites }) => {
    if (!personWrites) return;
    const host = fakeHost();
    await adapter.start(host);
    await personWrites({ externalId: "own-1", text: "This is Carla, I will call you." });
    expect(host.received).toEqual([]);
    expect(host.personsMessages.map(({ address, text }) => [address.peerId, text])).toEqual([[customer.peerId, "This is Carla, I will call you."]]);
  });

  rule("passes on what became of a message under the id it gave it", async ({ adapter, customer, report }) => {
    if (!report) return;
    const host = fakeHost();
    await adapter.start(host);
    const receipt = await adapter.send(customer, { text: "Your ticket is out." }, context("out-1"));
    const externalId = receipt.status === "sent" ? receipt.externalId : undefined;
    if (externalId === undefined) throw new Error("a message that is reported on has an id");
    await report({ externalId, state: "delivered" });
    await report({ externalId, state: "failed" });
    expect(host.reports.map((one) => [one.externalId, one.state])).toEqual([
      [externalId, "delivered"],
      [externalId, "failed"],
    ]);
  });
}
