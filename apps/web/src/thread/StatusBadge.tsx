import type { BookingStatus } from "@travelagent/protocol";

const looks: Record<BookingStatus, { tone: "good" | "busy" | "bad" | "quiet"; label: string }> = {
  pending: { tone: "busy", label: "Pending" },
  held: { tone: "busy", label: "Held" },
  confirmed: { tone: "good", label: "Confirmed" },
  ticketed: { tone: "good", label: "Ticketed" },
  unknown: { tone: "bad", label: "Being checked" },
  "cancellation-pending": { tone: "busy", label: "Being cancelled" },
  cancelled: { tone: "quiet", label: "Cancelled" },
  voided: { tone: "quiet", label: "Voided" },
  refunded: { tone: "quiet", label: "Refunded" },
  failed: { tone: "bad", label: "Failed" },
  "needs-human": { tone: "bad", label: "Needs a person" },
};

export const statusLabel = (status: BookingStatus): string => looks[status]?.label ?? status;

export function StatusBadge({ status }: { status: BookingStatus }) {
  return <span className={`badge badge-${looks[status]?.tone ?? "quiet"}`}>{statusLabel(status)}</span>;
}
