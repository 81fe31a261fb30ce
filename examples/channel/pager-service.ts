import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Page {
  reference: string;
  to: string;
  text: string;
}

/** A stand-in for the pager service, with its own memory of what customers got. */
export async function pagerService() {
  const pages: Page[] = [];
  let fault: "refused" | "lost" | undefined;
  const server = createServer(async (request, response) => {
    const page = JSON.parse((await request.toArray()).join("")) as Page;
    const due = fault;
    fault = undefined;
    if (due !== "refused" && !pages.some(({ reference }) => reference === page.reference)) pages.push(page);
    if (due === "lost") request.socket.destroy();
    else response.writeHead(due === "refused" ? 422 : 202).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    failNext(how: "refused" | "lost") {
      fault = how;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
