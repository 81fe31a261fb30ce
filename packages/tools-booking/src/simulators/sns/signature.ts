import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { SimulatedRequest } from "../kit/index.ts";

export interface AwsCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

export type SignatureFault = "MissingAuthenticationToken" | "InvalidClientTokenId" | "SignatureDoesNotMatch" | "RequestExpired" | "IncompleteSignature";

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text, "utf8").digest();
const hash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
const toleranceMs = 15 * 60_000;

/** What is wrong with the request's Signature Version 4; undefined when nothing is. */
export function signatureFault(request: SimulatedRequest, { accessKeyId, secretAccessKey, region }: AwsCredentials, nowMs: number): SignatureFault | undefined {
  const { headers, method, path, query, raw } = request;
  const given = headers.authorization;
  if (given === undefined) return "MissingAuthenticationToken";
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(
    given,
  );
  const [, key = "", day = "", zone = "", service = "", names = "", signature = ""] = parts ?? [];
  const stamp = String(headers["x-amz-date"] ?? "");
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp);
  if (!parts || !at) return "IncompleteSignature";
  if (key !== accessKeyId) return "InvalidClientTokenId";
  const [, year, month, date, hour, minute, second] = at;
  if (Math.abs(nowMs - Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`)) > toleranceMs) return "RequestExpired";
  const signed = names.split(";");
  // A host that is not signed could be another one's.
  if (zone !== region || service !== "sns" || !stamp.startsWith(day) || !signed.includes("host") || !signed.includes("x-amz-date"))
    return "SignatureDoesNotMatch";
  const canonical = [
    method,
    path,
    [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .sort()
      .join("&"),
    ...signed.map(
      (name) =>
        `${name}:${String(headers[name] ?? "")
          .trim()
          .replace(/\s+/g, " ")}`,
    ),
    "",
    names,
    hash(raw),
  ].join("\n");
  const scope = `${day}/${region}/sns/aws4_request`;
  const signing = [region, "sns", "aws4_request"].reduce((so: Buffer, part) => hmac(so, part), hmac(`AWS4${secretAccessKey}`, day));
  const expected = hmac(signing, `AWS4-HMAC-SHA256\n${stamp}\n${scope}\n${hash(canonical)}`);
  return timingSafeEqual(expected, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch";
}
