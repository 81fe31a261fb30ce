import { TravelAgentError } from "@travelagent/protocol";
import type { MediaStore } from "@travelagent/protocol/media";
import type { Clock } from "@travelagent/protocol/ports";
import type { Guests } from "../auth/guests.ts";
import { addressBlock } from "../auth/lockout.ts";
import { createTokenBuckets } from "../auth/token-bucket.ts";
import type { Visitors } from "../auth/visitors.ts";
import type { Files } from "../media/files.ts";
import { readCookie } from "./cookies.ts";
import { visitorCookie } from "./page-routes.ts";
import { type HttpReply, type HttpRequest, type HttpRoute, json } from "./route.ts";

export interface MediaRoutesOptions {
  media: MediaStore;
  files: Pick<Files, "save">;
  visitors?: Visitors;
  guests?: Guests;
  clock: Clock;
  /** Largest body. Default 25 MiB; kinds have limits of their own below. */
  maxBytes?: number;
}

const idBelow = /\/(media_[\w-]{32})$/;
/** What a browser shows without running anything in it. */
const shown = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);

/**
 * Files in and out: `/api/media` for the agency's people (with `session`), `/chat/media` for visitors and `/portal/media` for customers on
 * their page, whose conversation their cookie names and nothing else.
 */
export function mediaRoutes({ media, files, visitors, guests, clock, maxBytes = 25 * 1024 * 1024 }: MediaRoutesOptions): HttpRoute[] {
  const perPerson = createTokenBuckets({ burst: 10, perMinute: 6, clock });
  const perAddress = createTokenBuckets({ burst: 40, perMinute: 20, clock });

  const take = async (request: HttpRequest, sessionKey: string): Promise<HttpReply> => {
    const body = await request.body(maxBytes, 60_000);
    const fileName = request.url.searchParams.get("name") ?? undefined;
    const declaredType = request.headers["content-type"];
    const { attachments, refused } = await files.save(sessionKey, [
      { bytes: body, fileName, declaredType, voice: request.url.searchParams.get("voice") === "1" },
    ]);
    const [attachment] = attachments;
    if (!attachment) throw new TravelAgentError("INVALID_REQUEST", `this file was not kept: ${refused[0]?.reason ?? "it is empty"}`);
    return json({ attachment }, { status: 201 });
  };
  const give = async (request: HttpRequest, sessionKey: string): Promise<HttpReply> => {
    const id = idBelow.exec(request.url.pathname)?.[1];
    const attachment = id === undefined ? null : await media.find(sessionKey, id);
    if (!attachment) throw new TravelAgentError("NOT_FOUND", "there is no such file in this conversation");
    const inline = shown.has(attachment.mimeType) && request.url.searchParams.get("download") !== "1";
    const name = encodeURIComponent(attachment.fileName ?? "file").replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
    return {
      headers: {
        "content-type": inline ? attachment.mimeType : "application/octet-stream",
        "content-disposition": `${inline ? "inline" : "attachment"}; filename="file"; filename*=UTF-8''${name}`,
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
      },
      body: await media.read(sessionKey, attachment.id),
    };
  };
  const slowly = (request: HttpRequest, person: string): void => {
    const waitMs = Math.max(perPerson.take(person), perAddress.take(addressBlock(request.peer.address)));
    if (waitMs > 0)
      throw new TravelAgentError("RATE_LIMITED", `too many files: wait ${Math.ceil(waitMs / 1000)} s, then send it again`, { retryAfterMs: waitMs });
  };
  const named = (request: HttpRequest): string => {
    const sessionKey = request.url.searchParams.get("session");
    if (!sessionKey || sessionKey.length > 300) throw new TravelAgentError("INVALID_REQUEST", "say which conversation: ?session=<its key>");
    return sessionKey.toLowerCase();
  };
  const visitor = (request: HttpRequest): string => {
    const id = visitors?.verify(readCookie(request.headers.cookie, visitorCookie) ?? "");
    if (id === undefined) throw new TravelAgentError("UNAUTHORIZED", "open the chat page first");
    return visitors!.sessionKeyOf(id);
  };
  const guest = async (request: HttpRequest): Promise<string> => {
    const found = await guests?.verify(readCookie(request.headers.cookie, guests.cookie) ?? "");
    if (!found) throw new TravelAgentError("UNAUTHORIZED", "open the link to your page again");
    return found.sessionKey;
  };

  return [
    { method: "POST", path: "/api/media/upload", auth: "operator", handle: (request) => take(request, named(request)) },
    { method: "GET", path: "/api/media/*", auth: "operator", handle: (request) => give(request, named(request)) },
    ...(
      [
        ["/chat/media", async (request: HttpRequest) => visitor(request)],
        ["/portal/media", guest],
      ] as const
    ).flatMap(([path, sessionOf]): HttpRoute[] => [
      {
        method: "POST",
        path,
        auth: "none",
        csrf: true,
        async handle(request) {
          const sessionKey = await sessionOf(request);
          slowly(request, sessionKey);
          return take(request, sessionKey);
        },
      },
      { method: "GET", path: `${path}/*`, auth: "none", handle: async (request) => give(request, await sessionOf(request)) },
    ]),
  ];
}
