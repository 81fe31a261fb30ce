/** What a connection follows beside sessions. No session key begins so. */
export const sessionsTopic = "#sessions";
export const messagesTopic = (sessionKey: string): string => `#messages:${sessionKey}`;
