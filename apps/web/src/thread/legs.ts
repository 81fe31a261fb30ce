const beforeFlightNumber = /; (?=[A-Z0-9]{2}\d{1,4}[A-Z]?[/ ])/;

/** `Book LH1123 Barcelona BCN → …; LH1130 Frankfurt FRA → …` as one text for each journey. Text without journeys stays one. */
export const legsOf = (text: string): string[] => text.split(beforeFlightNumber);
