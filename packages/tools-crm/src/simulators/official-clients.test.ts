import { Client } from "@hubspot/api-client";
import { FilterOperatorEnum } from "@hubspot/api-client/lib/codegen/crm/contacts/models/Filter.js";
import { AssociationSpecAssociationCategoryEnum } from "@hubspot/api-client/lib/codegen/crm/objects/notes/models/AssociationSpec.js";
import { PropertyCreateFieldTypeEnum, PropertyCreateTypeEnum } from "@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js";
import { Signature } from "@hubspot/api-client/lib/src/utils/signature.js";
import { Connection } from "jsforce";
import { afterEach, describe, expect, it } from "vitest";
import { startHubspot } from "./hubspot.ts";
import { startSalesforce } from "./salesforce.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe("hubspot simulator with HubSpot's own client", () => {
  async function open() {
    const simulator = await startHubspot();
    closers.push(() => simulator.close());
    const hubspot = new Client({ accessToken: "pat-simulator", basePath: simulator.url, numberOfApiCallRetries: 0 });
    for (const [name, hasUniqueValue] of [
      ["travelagent_id", true],
      ["travelagent_tags", false],
    ] as const)
      await hubspot.crm.properties.coreApi.create("contacts", {
        name,
        label: name,
        type: PropertyCreateTypeEnum.String,
        fieldType: PropertyCreateFieldTypeEnum.Text,
        groupName: "contactinformation",
        hasUniqueValue,
      });
    return { simulator, hubspot };
  }

  it("makes, finds, changes, searches and erases contacts", async () => {
    const { simulator, hubspot } = await open();
    const { basicApi, searchApi } = hubspot.crm.contacts;
    const made = await basicApi.create({
      properties: { firstname: "Ana", lastname: "Silva", email: "Ana@Example.com", travelagent_id: "cus_1" },
      associations: [],
    });
    expect(made.id).toMatch(/^\d+$/);
    expect(made.updatedAt).toBeInstanceOf(Date);
    expect((await basicApi.getById(made.id, ["email", "travelagent_id"])).properties).toMatchObject({ email: "ana@example.com", travelagent_id: "cus_1" });
    expect((await basicApi.getById("cus_1", ["email"], undefined, undefined, false, "travelagent_id")).id).toBe(made.id);
    const changed = await basicApi.update(made.id, { properties: { phone: "+351912345678" } });
    expect(changed.properties.phone).toBe("+351912345678");
    const found = await searchApi.doSearch({
      filterGroups: [{ filters: [{ propertyName: "lastmodifieddate", operator: FilterOperatorEnum.Gte, value: "0" }] }],
      sorts: ["lastmodifieddate"],
      properties: ["phone"],
      limit: 10,
    });
    expect(found.results.map(({ id, properties }) => [id, properties.phone])).toEqual([[made.id, "+351912345678"]]);
    await basicApi.purge({ objectId: made.id });
    await expect(basicApi.getById(made.id)).rejects.toMatchObject({ code: 404 });
    expect(simulator.contacts()).toEqual([]);
  });

  it("refuses as HubSpot does", async () => {
    const { simulator, hubspot } = await open();
    const { basicApi } = hubspot.crm.contacts;
    const first = await basicApi.create({ properties: { email: "ana@example.com", travelagent_id: "cus_1" }, associations: [] });
    await expect(basicApi.create({ properties: { email: "ana@example.com" }, associations: [] })).rejects.toMatchObject({
      code: 409,
      body: { category: "CONFLICT", message: `Contact already exists. Existing ID: ${first.id}` },
    });
    await expect(basicApi.create({ properties: { travelagent_id: "cus_1" }, associations: [] })).rejects.toMatchObject({
      code: 400,
      body: { category: "VALIDATION_ERROR" },
    });
    simulator.next({ fault: "rate_limited" });
    await expect(basicApi.getById(first.id)).rejects.toMatchObject({ code: 429, body: { policyName: "TEN_SECONDLY_ROLLING" } });
    const stranger = new Client({ accessToken: "wrong", basePath: simulator.url, numberOfApiCallRetries: 0 });
    await expect(stranger.crm.contacts.basicApi.getById(first.id)).rejects.toMatchObject({ code: 401 });
  });

  it("keeps notes and deals", async () => {
    const { simulator, hubspot } = await open();
    const contact = await hubspot.crm.contacts.basicApi.create({ properties: { lastname: "Silva" }, associations: [] });
    const note = await hubspot.crm.objects.notes.basicApi.create({
      properties: { hs_timestamp: "2027-01-15T09:00:00Z", hs_note_body: "Aisle seat<br>Eva · note_1" },
      associations: [
        { to: { id: contact.id }, types: [{ associationCategory: AssociationSpecAssociationCategoryEnum.HubspotDefined, associationTypeId: 202 }] },
      ],
    });
    const read = await hubspot.crm.contacts.basicApi.getById(contact.id, undefined, undefined, ["notes"]);
    expect(read.associations?.notes?.results.map(({ id }) => id)).toEqual([note.id]);
    await hubspot.crm.properties.coreApi.create("deals", {
      name: "travelagent_id",
      label: "id",
      type: PropertyCreateTypeEnum.String,
      fieldType: PropertyCreateFieldTypeEnum.Text,
      groupName: "dealinformation",
      hasUniqueValue: true,
    });
    const upsert = () => hubspot.crm.deals.batchApi.upsert({ inputs: [{ id: "lead_1", idProperty: "travelagent_id", properties: { dealname: "Japan" } }] });
    const deals = [(await upsert()).results[0], (await upsert()).results[0]];
    expect(deals[0]?.id).toBe(deals[1]?.id);
    await hubspot.crm.associations.v4.basicApi.createDefault("deals", deals[0]!.id, "contacts", contact.id);
    expect(simulator.leads()).toMatchObject([{ externalId: contact.id, title: "Japan" }]);
  });

  it("signs webhooks as HubSpot's client checks them", async () => {
    const { simulator } = await open();
    const { url, headers, body, method } = simulator.delivery!("https://agency.example.com/webhooks/crm/hubspot", ["1"]);
    const told = {
      signatureVersion: "v3",
      method,
      url,
      requestBody: body,
      clientSecret: "hubspot-client-secret",
      signature: headers["x-hubspot-signature-v3"]!,
      timestamp: Number(headers["x-hubspot-request-timestamp"]),
    };
    expect(Signature.isValid(told)).toBe(true);
    expect(Signature.isValid({ ...told, requestBody: `${body} ` })).toBe(false);
  });
});

describe("salesforce simulator with jsforce", () => {
  async function open(pageSize = 2) {
    const simulator = await startSalesforce({ pageSize });
    closers.push(() => simulator.close());
    const org = new Connection({
      loginUrl: simulator.url,
      instanceUrl: simulator.url,
      version: "62.0",
      oauth2: { loginUrl: simulator.url, clientId: "salesforce-client", clientSecret: "salesforce-secret" },
    });
    await org.authorize({ grant_type: "client_credentials" });
    return { simulator, org };
  }

  it("grants, makes, reads, changes, upserts and deletes", async () => {
    const { simulator, org } = await open();
    expect(org.instanceUrl).toBe(simulator.url);
    const contacts = org.sobject("Contact");
    const made = await contacts.create({ FirstName: "Ana", LastName: "Silva", TravelAgent_Id__c: "cus_1" });
    expect(made).toMatchObject({ success: true, errors: [] });
    expect(await contacts.retrieve(made.id!)).toMatchObject({ LastName: "Silva", IsDeleted: false });
    expect(await contacts.update({ Id: made.id!, Phone: "+351912345678" })).toMatchObject({ success: true, id: made.id });
    expect(await contacts.upsert({ TravelAgent_Id__c: "cus_1", Email: "ana@example.com" }, "TravelAgent_Id__c")).toMatchObject({
      success: true,
      created: false,
    });
    expect(await contacts.upsert({ TravelAgent_Id__c: "cus_2", LastName: "Li" }, "TravelAgent_Id__c")).toMatchObject({ success: true, created: true });
    expect((await contacts.describe()).fields.find(({ name }) => name === "TravelAgent_Id__c")).toMatchObject({ externalId: true, unique: true });
    await contacts.destroy(made.id!);
    expect(simulator.contacts().map(({ customerId }) => customerId)).toEqual(["cus_2"]);
    expect(org.limitInfo.apiUsage).toMatchObject({ limit: 15000 });
  });

  it("answers queries page by page, deleted ones too when all are asked for", async () => {
    const { simulator, org } = await open();
    const ids = ["One", "Two", "Three", "Four", "Five"].map((name) => simulator.add({ name: `Guest ${name}` }));
    simulator.discard(ids[4]!);
    const asked = "SELECT Id, IsDeleted FROM Contact WHERE SystemModstamp >= 2020-01-01T00:00:00.000Z ORDER BY SystemModstamp, Id";
    const alive = await org.query<{ Id: string }>(asked, { autoFetch: true });
    expect(alive.records.map(({ Id }) => Id).sort()).toEqual(ids.slice(0, 4).sort());
    const all: string[] = [];
    let page = await org.query<{ Id: string }>(asked, { scanAll: true });
    all.push(...page.records.map(({ Id }) => Id));
    while (!page.done) {
      page = await org.queryMore<{ Id: string }>(page.nextRecordsUrl!);
      all.push(...page.records.map(({ Id }) => Id));
    }
    expect(all.sort()).toEqual([...ids].sort());
  });

  it("refuses as Salesforce does", async () => {
    const { simulator, org } = await open();
    const contacts = org.sobject("Contact");
    const made = await contacts.create({ LastName: "Silva", TravelAgent_Id__c: "cus_1" });
    await expect(contacts.create({ LastName: "Twin", TravelAgent_Id__c: "cus_1" })).rejects.toMatchObject({
      errorCode: "DUPLICATE_VALUE",
      message: expect.stringContaining(made.id!),
    });
    await expect(contacts.create({ FirstName: "Nobody" })).rejects.toMatchObject({ errorCode: "REQUIRED_FIELD_MISSING" });
    await expect(contacts.update({ Id: made.id!, Phone: "1" }, { headers: { "If-Unmodified-Since": "Wed, 21 Oct 2015 07:28:00 GMT" } })).rejects.toMatchObject({
      errorCode: "PRECONDITION_FAILED",
    });
    await expect(org.query("SELECT Nothing__c FROM Contact")).rejects.toMatchObject({ errorCode: "INVALID_FIELD" });
    simulator.next({ fault: "rate_limited" });
    await expect(contacts.retrieve(made.id!)).rejects.toMatchObject({ errorCode: "REQUEST_LIMIT_EXCEEDED" });
    simulator.next({ fault: "expired" });
    await expect(contacts.retrieve(made.id!)).rejects.toThrow("Unable to refresh session");
  });
});
