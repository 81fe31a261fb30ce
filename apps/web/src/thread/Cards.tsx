import type { Button, Card } from "@travelagent/protocol/messages";
import { BookingCard } from "./BookingCard.tsx";
import { ConfirmationCard } from "./ConfirmationCard.tsx";
import type { ConfirmationAnswer } from "./confirmations.ts";
import { OffersCard } from "./OffersCard.tsx";

interface Props {
  cards: readonly Card[];
  choosable: boolean;
  answers: ReadonlyMap<string, ConfirmationAnswer>;
  onButton: ((button: Button) => void) | undefined;
}

export function Cards({ cards, choosable, answers, onButton }: Props) {
  return cards.map((card) => {
    if (card.kind === "offers") return <OffersCard key={`offers:${card.title}`} card={card} open={choosable} onButton={onButton} />;
    if (card.kind === "confirmation")
      return <ConfirmationCard key={card.confirmationId} card={card} answer={answers.get(card.confirmationId)} onButton={onButton} />;
    return <BookingCard key={card.booking.id} card={card} />;
  });
}
