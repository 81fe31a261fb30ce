import type { GatewayConfig } from "@travelagent/config";

/** Rooms of an account, none of which is ever a customer's. */
export const deskRoomsOf = ({ desk }: Pick<GatewayConfig, "desk">, channel: string, accountId: string): string[] =>
  desk.rooms.filter((room) => room.channel === channel && room.account === accountId).map(({ room }) => room);
