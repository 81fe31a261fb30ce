import * as z from "zod";

/** Where a network adapter calls. There is no default: no adapter reaches a live host by accident. */
export const baseUrl = () => z.url({ protocol: /^https?$/, error: "must be an http or https address" });
