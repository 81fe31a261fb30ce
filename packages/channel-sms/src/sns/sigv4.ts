import { createHash, createHmac } from "node:crypto";

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of keys that were lent for some hours. */
  sessionToken?: string;
}

export interface SignedRequest {
  url: URL;
  body: string;
  contentType: string;
  region: string;
  service: string;
  keys: AwsKeys;
  /** Milliseconds since the epoch. */
  now: number;
}

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();

/**
 * Headers of a POST in AWS Signature Version 4: method, address, these headers and the body are signed. Good for about five minutes.
 */
export function signedHeaders({ url, body, contentType, region, service, keys, now }: SignedRequest): Record<string, string> {
  const stamp = `${new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "")}`;
  const day = stamp.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const headers: Record<string, string> = {
    "content-type": contentType,
    host: url.host,
    "x-amz-date": stamp,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const canonical = ["POST", url.pathname, "", ...names.map((name) => `${name}:${headers[name]}`), "", names.join(";"), sha256(body)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<Buffer | string>((before, part) => hmac(before, part), `AWS4${keys.secretAccessKey}`);
  const signature = hmac(key as Buffer, ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n")).toString("hex");
  const { host: _, ...sent } = headers;
  return { ...sent, authorization: `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}` };
}
