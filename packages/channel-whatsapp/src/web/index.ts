export { type BaileysLinkOptions, baileysLink } from "./baileys-link.ts";
export type { Connection, LinkEvents, WebContent, WebLink, WebMessage, WebReceipt, WebSession } from "./link.ts";
export { createWhatsAppWeb, type WhatsAppWebOptions } from "./whatsapp-web.ts";
