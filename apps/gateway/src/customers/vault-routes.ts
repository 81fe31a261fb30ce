import { type HttpRoute, json } from "@travelagent/gateway-core";
import { TravelAgentError } from "@travelagent/protocol";
import type { Crm } from "@travelagent/tools-crm";
import { largestFile, type Vault } from "@travelagent/vault";

const upload = /^\/api\/vault\/customers\/([A-Za-z0-9_-]{1,100})\/files$/;
const download = /^\/api\/vault\/files\/(file_[0-9a-f-]{36})$/;

/** Files of customers for operators: in by `POST /api/vault/customers/<id>/files?name=`, out by `GET /api/vault/files/<id>`. */
export const vaultRoutes = (vault: Vault, crm: Pick<Crm, "get">): HttpRoute[] => [
  {
    method: "POST",
    path: "/api/vault/customers/*",
    auth: "operator",
    async handle(request) {
      const customerId = upload.exec(request.url.pathname)?.[1];
      if (customerId === undefined || !(await crm.get(customerId))) throw new TravelAgentError("NOT_FOUND", "there is no such customer");
      const bytes = await request.body(largestFile, 60_000);
      const file = await vault.files.add(
        { customerId, name: request.url.searchParams.get("name") ?? "file", bytes },
        { actor: request.principal?.actor ?? "operator" },
      );
      return json({ file }, { status: file.state === "refused" ? 422 : 201 });
    },
  },
  {
    method: "GET",
    path: "/api/vault/files/*",
    auth: "operator",
    async handle(request) {
      const id = download.exec(request.url.pathname)?.[1];
      if (id === undefined) throw new TravelAgentError("NOT_FOUND", "there is no such file");
      const { file, bytes } = await vault.files.read(id, { actor: request.principal?.actor ?? "operator" });
      return {
        headers: {
          // Never shown in a page of ours, whatever is in it.
          "content-type": "application/octet-stream",
          "content-disposition": `attachment; filename="file"; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`,
          "x-content-type-options": "nosniff",
          "content-security-policy": "default-src 'none'; sandbox",
          "cache-control": "no-store",
        },
        body: bytes,
      };
    },
  },
];
