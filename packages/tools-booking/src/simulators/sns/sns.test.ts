import { spawn } from "node:child_process";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import type { CheckIfPhoneNumberIsOptedOutResponse, ListPhoneNumbersOptedOutResponse, PublishResponse } from "@aws-sdk/client-sns";
import { testDatabase } from "@travelagent/engine/testing";
import { systemClock } from "@travelagent/protocol/ports";
import { fakeClock } from "@travelagent/protocol/testing";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openWorld, startSimulator } from "../kit/index.ts";
import { snsDialect } from "./index.ts";

/**
 * Amazon's own client, in a plain Node process: the test runner's export conditions lead it to modules that only bundlers can load.
 * A line in is a command, a line out its outcome.
 */
const script = `
import * as sns from "@aws-sdk/client-sns";
import { createInterface } from "node:readline";
for await (const line of createInterface({ input: process.stdin })) {
  const { config, command, input } = JSON.parse(line);
  const client = new sns.SNSClient(config);
  const answer = await client.send(new sns[command](input)).then((output) => ({ output }), ({ name, message }) => ({ error: { name, message } }));
  client.destroy();
  console.log(JSON.stringify(answer));
}`;
const child = spawn(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname, stdio: ["pipe", "pipe", "ignore"] });
const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
interface Answer {
  output?: PublishResponse & CheckIfPhoneNumberIsOptedOutResponse & ListPhoneNumbersOptedOutResponse;
  error?: { name: string; message: string };
}
const ask = async (config: object, command: string, input: object): Promise<Answer> => {
  child.stdin.write(`${JSON.stringify({ config, command, input })}\n`);
  return JSON.parse((await answers.next()).value as string) as Answer;
};

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => void child.kill());

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "aws-secret" };
const number = "+351910000001";

async function opened(clock = systemClock) {
  const db = await testDatabase();
  const world = await openWorld({ db, clock });
  const simulator = await startSimulator(snsDialect(world, { credentials: { ...credentials, region: "eu-west-1" } }), { clock });
  closing.push(
    () => db.close(),
    () => simulator.close(),
  );
  const config = { region: "eu-west-1", endpoint: simulator.url, credentials, maxAttempts: 1 };
  const call = (command: string, input: object, more: object = {}) => ask({ ...config, ...more }, `${command}Command`, input);
  const publish = (PhoneNumber = number, more: object = {}) => call("Publish", { PhoneNumber, Message: "Booked ✈ & paid <100 EUR>" }, more);
  return { simulator, call, publish };
}

describe("the sns simulator, used by Amazon's own client", () => {
  it("publishes a text message, signed", async () => {
    const { call, simulator } = await opened();
    const MessageAttributes = {
      "AWS.SNS.SMS.SenderID": { DataType: "String", StringValue: "Agency" },
      "AWS.SNS.SMS.SMSType": { DataType: "String", StringValue: "Transactional" },
    };
    const { output } = await call("Publish", { PhoneNumber: number, Message: "Booked ✈", MessageAttributes });
    expect(output?.MessageId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await simulator.ledger()).toEqual([{ kind: "message", reference: output!.MessageId, clientReference: number, status: "sent" }]);
  });

  it.each(["0910000001", "+0910000001", "+35191000000a", "+3519100000011111", "+351 910 000 001"])("refuses %s, which is not E.164", async (wrong) => {
    const { publish, simulator } = await opened();
    expect((await publish(wrong)).error?.name).toBe("InvalidParameterException");
    expect(await simulator.ledger()).toEqual([]);
  });

  it("refuses a sender and a kind of message that do not exist", async () => {
    const { call } = await opened();
    for (const [name, StringValue] of [
      ["AWS.SNS.SMS.SenderID", "12345"],
      ["AWS.SNS.SMS.SMSType", "Urgent"],
    ] as const) {
      const MessageAttributes = { [name]: { DataType: "String", StringValue } };
      expect((await call("Publish", { PhoneNumber: number, Message: "x", MessageAttributes })).error?.name).toBe("InvalidParameterException");
    }
  });

  it("checks the signature: key, secret, region, clock, presence", async () => {
    const { publish, simulator } = await opened();
    const wrong = async (more: object) => (await publish(number, more)).error?.name;
    expect(await wrong({ credentials: { ...credentials, accessKeyId: "AKIDOTHER" } })).toBe("InvalidClientTokenId");
    expect(await wrong({ credentials: { ...credentials, secretAccessKey: "other" } })).toBe("SignatureDoesNotMatch");
    expect(await wrong({ region: "us-east-1" })).toBe("SignatureDoesNotMatch");
    expect(await wrong({ systemClockOffset: -20 * 60_000 })).toBe("RequestExpired");
    const unsigned = await fetch(simulator.url, { method: "POST", body: new URLSearchParams({ Action: "Publish", PhoneNumber: number, Message: "x" }) });
    expect(unsigned.status).toBe(403);
    expect(await unsigned.text()).toContain("MissingAuthenticationToken");
    expect(await simulator.ledger()).toEqual([]);
  });

  it("checks the signature: the body is part of it", async () => {
    const { publish, simulator } = await opened();
    // Stands between client and simulator and turns the message to another number.
    const between = createServer(async (message, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of message) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString().replace("351910000001", "351910000002");
      const { connection: _, ...headers } = message.headers as Record<string, string>;
      const onward = request({ host: "127.0.0.1", port: simulator.port, method: "POST", path: message.url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      onward.end(body);
    });
    await new Promise<void>((resolve) => between.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => between.close(resolve)));
    const endpoint = `http://127.0.0.1:${(between.address() as AddressInfo).port}`;
    expect((await publish(number, { endpoint })).error?.name).toBe("SignatureDoesNotMatch");
    expect((await publish("+351910000003", { endpoint })).error).toBeUndefined();
    expect(await simulator.ledger()).toHaveLength(1);
  });

  it("takes a message to a number that opted out, never delivers it, and tells who asks", async () => {
    const { call, publish, simulator } = await opened();
    await simulator.happen("opts-out", number);
    expect((await publish()).output?.MessageId).toBeDefined();
    expect((await simulator.ledger())[0]!.status).toBe("opted_out");
    expect((await call("CheckIfPhoneNumberIsOptedOut", { phoneNumber: number })).output?.isOptedOut).toBe(true);
    expect((await call("ListPhoneNumbersOptedOut", {})).output?.phoneNumbers).toEqual([number]);
    await call("OptInPhoneNumber", { phoneNumber: number });
    expect((await call("CheckIfPhoneNumberIsOptedOut", { phoneNumber: number })).output?.isOptedOut).toBe(false);
  });

  it("refuses in Amazon's words when too many ask, and when its clock is elsewhere", async () => {
    const { publish, simulator } = await opened();
    simulator.next({ scenario: "rate_limited" });
    expect((await publish()).error?.name).toBe("Throttling");
    const elsewhere = await opened(fakeClock("2030-01-01T00:00:00Z"));
    expect((await elsewhere.publish()).error?.name).toBe("RequestExpired");
  });
});
