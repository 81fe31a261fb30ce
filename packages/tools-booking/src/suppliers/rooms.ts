import { rejected } from "./rejected.ts";

/** Who sleeps in one room. */
export interface RoomParty {
  adults: number;
  childrenAges: number[];
}

/** The guests of a stay spread over its rooms. Raises `SUPPLIER_REJECTED` when a room would have no adult. */
export function partyOfRooms({ rooms, adults, childrenAges }: { rooms: number; adults: number; childrenAges: readonly number[] }): RoomParty[] {
  if (rooms < 1 || adults < rooms) throw rejected("invalid_guests", "every room needs an adult; ask for fewer rooms");
  return Array.from({ length: rooms }, (_, i) => ({
    adults: Math.floor(adults / rooms) + (i < adults % rooms ? 1 : 0),
    childrenAges: childrenAges.filter((_age, at) => at % rooms === i),
  }));
}
