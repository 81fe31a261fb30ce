import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { PublishCommandInput, SNSClientConfig } from "@aws-sdk/client-sns";
import vendor from "twilio";
import { afterEach, describe, expect, it } from "vitest";
import { startSns, startTwilio } from "./testing/index.ts";
import { twilioSignature } from "./twilio/signature.ts";

/** In a process of its own: the conditions of the test runner lead to a build of it that only bundlers can read. */
const program = `
  const { PublishCommand, SNSClient } = require("@aws-sdk/client-sns");
  const { client, input } = JSON.parse(process.argv[1]);
  new SNSClient(client).send(new PublishCommand(input)).then(
    ({ MessageId }) => console.log(JSON.stringify({ MessageId })),
    ({ name }) => console.log(JSON.stringify({ name })),
  );
`;
async function awsPublish(client: SNSClientConfig, input: PublishCommandInput): Promise<{ MessageId?: string; name?: string }> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=commonjs", "-e", program, JSON.stringify({ client: { ...client, maxAttempts: 1 }, input })],
    {
      cwd: import.meta.dirname,
      env: { PATH: process.env.PATH ?? "" },
    },
  );
  return JSON.parse(stdout) as { MessageId?: string; name?: string };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** The simulators and the channel were written by the same people: the vendors' own clients know neither. */
describe("the vendors' own clients", () => {
  it("find in the Twilio simulator what they look for", async () => {
    const api = await startTwilio();
    closing.push(() => api.close());
    const client = vendor(api.accountSid, api.authToken);
    client.api.baseUrl = api.url;
    const made = await client.messages.create({ to: "+34600111222", from: api.number, body: "From the vendor's client" });
    expect(made).toMatchObject({ sid: api.sent[0]!.id, status: "queued", to: "+34600111222" });
    const [listed] = await client.messages.list({ to: "+34600111222", limit: 5 });
    expect(listed).toMatchObject({ sid: made.sid, body: "From the vendor's client", direction: "outbound-api" });
    api.failNext({ status: 400, code: 21614, message: "not a mobile number" });
    await expect(client.messages.create({ to: "+34600111222", from: api.number, body: "x" })).rejects.toMatchObject({ status: 400, code: 21614 });
    const stranger = vendor(api.accountSid, "wrong");
    stranger.api.baseUrl = api.url;
    await expect(stranger.messages.list({ limit: 1 })).rejects.toMatchObject({ status: 401, code: 20003 });
  });

  it("sign for Twilio as the simulator and the channel do", async () => {
    const api = await startTwilio();
    closing.push(() => api.close());
    const url = "https://agency.example/webhooks/sms?ref=0.out-1&x=%20a";
    const fields = { Body: "¿Cuánto cuesta? 1+1=2 &c", From: "+34600111222", AccountSid: api.accountSid, Empty: "" };
    const signature = api.sign(url, fields);
    expect(vendor.validateRequest(api.authToken, signature, url, fields)).toBe(true);
    expect(twilioSignature(api.authToken, url, new URLSearchParams(fields))).toBe(signature);
  });

  it("find in the SNS simulator what they look for, and are refused with wrong keys", async () => {
    const api = await startSns();
    closing.push(() => api.close());
    const client = { region: api.region, endpoint: api.url, credentials: api.keys };
    const { MessageId } = await awsPublish(client, {
      PhoneNumber: "+34600111222",
      Message: "From the vendor's client: ¿qué tal?",
      MessageAttributes: { "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" } },
    });
    expect(api.sent).toMatchObject([
      { id: MessageId, to: "+34600111222", text: "From the vendor's client: ¿qué tal?", fields: { "AWS.SNS.SMS.SMSType": "Transactional" } },
    ]);
    expect((await awsPublish(client, { PhoneNumber: "nobody", Message: "x" })).name).toContain("InvalidParameter");
    const stranger = { ...client, credentials: { ...api.keys, secretAccessKey: "wrong" } };
    expect(await awsPublish(stranger, { PhoneNumber: "+34600111222", Message: "x" })).toEqual({ name: "SignatureDoesNotMatch" });
  });
});
