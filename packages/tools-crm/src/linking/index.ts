export { linkTools } from "../tools/link-tools.ts";
export { codeIn } from "./code.ts";
export { linkHandlers } from "./handlers.ts";
export type { CodeSender, Linking, LinkPlace, LinkPorts, LinkRequest, LinkStatus, LinkTarget, SiteCustomer } from "./linking.ts";
export { type LinkingOptions, openLinking } from "./open-linking.ts";
