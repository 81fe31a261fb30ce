/** What people may type after a slash, as Discord lists it. `1` is a command in a chat. */
export const commands = [
  { name: "help", type: 1, description: "What this agency does for you here" },
  { name: "new", type: 1, description: "Begin a new conversation" },
  { name: "stop", type: 1, description: "Stop what is being done for you right now" },
];

/** For people of the agency, in rooms of theirs alone. */
export const deskCommands = [{ name: "approvals", type: 1, description: "What waits for a decision" }];
