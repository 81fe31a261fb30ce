export { type FakeWebLink, fakeWebLink } from "./fake-link.ts";
export { type GraphCall, type GraphFault, type GraphServer, type Shown, startGraph } from "./graph.ts";
export type { KnownFile, KnownTemplate, Refusal } from "./message-rules.ts";
export { type Change, type Posts, type SignedPost, signed, webhookPosts } from "./webhook-posts.ts";
