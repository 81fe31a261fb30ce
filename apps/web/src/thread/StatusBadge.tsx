import type { BookingStatus } from "@travelagent/protocol";
import { type Texts, useTexts } from "../texts/texts.ts";

const tones: Record<BookingStatus, "good" | "busy" | "bad" | "quiet"> = {
  pending: "busy",
  held: "busy",
  confirmed: "good",
  ticketed: "good",
  unknown: "bad",
  "cancellation-pending": "busy",
  cancelled: "quiet",
  voided: "quiet",
  refunded: "quiet",
  failed: "bad",
  "needs-human": "bad",
};

export const statusLabel = (status: BookingStatus, { status: words }: Pick<Texts, "status">): string => words[status] ?? status;

export function StatusBadge({ status }: { status: BookingStatus }) {
  return <span className={`badge badge-${tones[status] ?? "quiet"}`}>{statusLabel(status, useTexts())}</span>;
}
