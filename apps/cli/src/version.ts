import { readFileSync } from "node:fs";

/** The version in package.json, which lies one level above both the source and the bundle. */
export const version: string = (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
