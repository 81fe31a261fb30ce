export { createWebchat, type WebchatHub, type WebchatOptions, webchatAddress } from "./adapter.ts";
