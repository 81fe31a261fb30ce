import type { PromiseLanguage } from "../language.ts";

const who = "\\b(?:i|we|(?:a|my|our|one of (?:my|our)) (?:colleagues?|team|agents?|consultants?|manager)|someone|somebody)";
const will = "(?:'ll| will| shall|'m going to| am going to|'re going to| are going to)(?: (?:also|then|definitely|certainly|personally|gladly|happily))?";
const paper =
  "(?:quote|offer|proposal|options?|itinerary|confirmation|answer|reply|response|details|documents?|tickets?|invoice|voucher|information|news|update|link|e-?mail)";

export const english: PromiseLanguage = {
  id: "en",
  firm: [
    `${who}${will} (?:get|come|write|call|ring) (?:right |straight )?back`,
    `${who}${will} (?:be in touch|follow up|let you know|keep you (?:posted|updated|informed)|update you|contact you|reach out|notify you|inform you|call you|phone you|ring you|e-?mail you|message you|text you|write to you|send (?:you|it|them|this|that|the|your|over|out|a|an)|forward|tell you)\\b`,
    `\\b(?:i|we)${will} (?:reply|respond|answer)`,
    "\\byou(?:'ll| will) (?:hear (?:back )?from (?:us|me)|be (?:contacted|called|informed|notified|updated))",
  ],
  timed: [
    `${who}${will} (?:reply|respond|answer|check|look into|find out|confirm|prepare|put together|draw up|have (?:it|the|your|this|that|an?|everything)|book|arrange|finish|sort|refund|issue|share|provide|work out)`,
    `\\byou(?:'ll| will) (?:have|get|receive) (?:it|them|(?:the|your|an?|our|my|all|every)\\b.{0,40}\\b${paper}s?)\\b`,
    `\\b(?:the|your|our|my) .{0,40}\\b${paper}s? will be (?:ready|sent|with you|in your (?:inbox|mailbox))`,
  ],
  conditional: "^(?:if|once|when|as soon as|after)\\b|\\b(?:if|once|when|after|as soon as|unless) (?:you|your)\\b",
  denied: {},
  time: {
    today: "today|tonight|this(?= (?:morning|afternoon|evening))",
    tomorrow: "tomorrow",
    dayAfterTomorrow: "(?:the )?day after tomorrow",
    weekdays: ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map((day) => `(?<!for |of |from )${day}(?!'s)`),
    months: [
      "january|jan",
      "february|feb",
      "march|mar",
      "april|apr",
      "may",
      "june|jun",
      "july|jul",
      "august|aug",
      "september|sept?",
      "october|oct",
      "november|nov",
      "december|dec",
    ],
    dates: ["(?<day>\\d{1,2})(?:st|nd|rd|th)?(?: of)? (?<month>MONTH)", "(?<month>MONTH) (?<day>\\d{1,2})(?:st|nd|rd|th)?"],
    morning: "morning",
    noon: "noon|lunch(?:time)?|midday",
    afternoon: "afternoon",
    evening: "evening|tonight|night",
    endOfDay: "end of (?:the |my |our )?(?:business |working )?day|close of business|eod|cob",
    endOfWeek: "end of (?:the |this )?week|eow",
    nextWeek: "next week",
    within: "(?:with)?in(?: the next)?|over the next|(?:with)?in (?:at most|less than|about|around|a maximum of)",
    units: { minute: "min(?:ute)?s?", hour: "h(?:ou)?rs?", day: "days?", businessDay: "(?:business|working) days?", week: "weeks?" },
    numbers: { an: 1, a: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, "a couple of": 2, "a few": 3, "half an": 0.5 },
    clock: ["(?<hour>\\d{1,2})(?:[:.](?<minute>\\d{2}))? ?(?<half>[ap])\\.?m\\b", "(?<hour>\\d{1,2}):(?<minute>\\d{2})", "(?<hour>\\d{1,2}) o'clock"],
    before: "before",
    now: "right away|immediately|straight away|right now|at once|in a (?:moment|minute|second)|shortly",
  },
};
