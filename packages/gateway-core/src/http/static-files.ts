import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import type { OutgoingHttpHeaders } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { HttpReply } from "./route.ts";

/** Files of the console and the chat, read once. A name that was not there then is not found, so no path leads outside. */
export interface StaticFiles {
  /** Undefined when there is no such file. `name` as in `assets/index.js`. */
  serve(name: string, headers: { "if-none-match"?: string | undefined; "accept-encoding"?: string | string[] | undefined }): Promise<HttpReply | undefined>;
}

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};
const packed = new Set([".gif", ".jpg", ".png", ".woff2"]);
/** Below this a compressed answer is not worth its header. */
const minCompressed = 1024;

interface StaticFile {
  readonly headers: OutgoingHttpHeaders;
  readonly etag: string;
  readonly plain: Buffer;
  /** Compressed when first asked for. */
  readonly compressed: Map<"br" | "gzip", Promise<Buffer>>;
  readonly compressible: boolean;
}

export async function readStaticFiles(directory: string): Promise<StaticFiles> {
  const files = new Map<string, StaticFile>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(directory, path).split(sep).join("/");
    files.set(name, fileOf(name, await readFile(path)));
  }
  return {
    async serve(name, headers) {
      const file = files.get(name);
      if (!file) return undefined;
      if (matches(headers["if-none-match"], file.etag)) return { status: 304, headers: file.headers };
      const encoding = file.compressible ? chooseEncoding(headers["accept-encoding"]) : undefined;
      if (!encoding) return { headers: file.headers, body: file.plain };
      const body = file.compressed.get(encoding) ?? compress(encoding, file.plain);
      file.compressed.set(encoding, body);
      return { headers: { ...file.headers, "content-encoding": encoding }, body: await body };
    },
  };
}

function fileOf(name: string, plain: Buffer): StaticFile {
  const extension = extname(name).toLowerCase();
  // Weak, as it stands for the compressed forms too.
  const etag = `W/"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`;
  const compressible = plain.length >= minCompressed && !packed.has(extension);
  return {
    plain,
    etag,
    compressible,
    compressed: new Map(),
    headers: {
      "content-type": types[extension] ?? "application/octet-stream",
      // Files below assets/ carry their hash in the name.
      "cache-control": name.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      etag,
      ...(compressible ? { vary: "accept-encoding" } : {}),
    },
  };
}

const brotli = promisify(brotliCompress);
const compress = (encoding: "br" | "gzip", plain: Buffer): Promise<Buffer> =>
  encoding === "br" ? brotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }) : promisify(gzip)(plain, { level: 9 });

function chooseEncoding(header: string | string[] | undefined): "br" | "gzip" | undefined {
  const accepted = String(header ?? "")
    .toLowerCase()
    .split(",")
    .filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
    .map((part) => part.split(";")[0]?.trim());
  return (["br", "gzip"] as const).find((encoding) => accepted.includes(encoding));
}

const matches = (header: string | undefined, etag: string): boolean => header?.split(",").some((part) => part.trim() === etag || part.trim() === "*") ?? false;
