/** The token of a link in the fragment of an address; undefined when there is none. It is sent to nobody but by `openWith`. */
export const tokenIn = (fragment: string): string | undefined => /^#?([\w-]{16}\.[0-9a-z]{1,10}\.[\w-]{43})$/.exec(fragment)?.[1];

export const tabs = ["trips", "quotes", "messages"] as const;
export type Tab = (typeof tabs)[number];

/** The part of the page an address names. */
export const tabIn = (fragment: string): Tab => tabs.find((tab) => fragment === `#${tab}`) ?? "trips";
