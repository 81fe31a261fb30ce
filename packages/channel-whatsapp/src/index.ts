export { type CloudNumbers, cloudNumbers } from "./cloud/numbers.ts";
export type { CloudTemplate } from "./cloud/templates.ts";
export { createWhatsAppCloud, type WhatsAppCloud, type WhatsAppCloudOptions } from "./cloud/whatsapp-cloud.ts";
export { whatsappPersonalData } from "./personal-data.ts";
