export { createWebchat, type WebchatHub, type WebchatOptions, webchatAddress } from "./adapter.ts";
export { type Visitors, visitors } from "./visitors.ts";
