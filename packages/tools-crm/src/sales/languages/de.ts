import type { PromiseLanguage } from "../language.ts";

const who = "(?:ich|wir|(?:ein|mein|unser)e?r? (?:kollege|kollegin|team|berater(?:in)?)|jemand)";
const paper =
  "(?:angebot|vorschlag|vorschlage|reiseplan|bestatigung|antwort|ruckmeldung|unterlagen|dokumente?|tickets?|rechnung|gutschein|informationen|details|link|e-?mail)";

export const german: PromiseLanguage = {
  id: "de",
  firm: [
    `\\b(?:${who} (?:melde|meldet|melden)|(?:melde|meldet|melden) ${who}) (?:mich|uns|sich)`,
    `\\b(?:${who} (?:werde|wird|werden)|(?:werde|wird|werden) ${who})\\b.{0,80}\\b(?:melden|zuruckmelden|anrufen|zuruckrufen|schreiben|schicken|senden|zusenden|mailen|benachrichtigen|informieren|bescheid (?:geben|sagen)|antworten|zukommen lassen)\\b`,
    `\\b(?:${who} (?:schicke|sende|rufe|schreibe|maile|gebe|sage|schickt|sendet|ruft|schreibt|gibt|sagt|schicken|senden|rufen|schreiben|geben|sagen)|(?:schicke|sende|rufe|schreibe|maile|gebe|sage|schicken|senden|rufen|schreiben|geben|sagen) ${who})\\b.{0,80}\\b(?:ihnen|dir|euch|sie (?:.{0,30} )?(?:an|zuruck)|dich (?:.{0,30} )?(?:an|zuruck)|bescheid)\\b`,
    "\\bsie (?:horen|bekommen .{0,40}bescheid) von (?:uns|mir)|\\bsie horen (?:dann )?(?:bis|am|morgen|heute).{0,30} von (?:uns|mir)",
  ],
  timed: [
    `\\b(?:${who} (?:prufe|klare|frage|kummere|erstelle|buche|prufen|klaren|fragen|kummern|erstellen|buchen|erledige|erledigen)|(?:prufe|klare|frage|kummere|erstelle|buche|prufen|klaren|fragen|kummern|erstellen|buchen|erledige|erledigen) ${who})\\b`,
    `\\b(?:sie|du) (?:bekommen|erhalten|haben|bekommst|erhaltst|hast)\\b.{0,60}\\b${paper}`,
    `\\b(?:bekommen|erhalten|haben) sie\\b.{0,60}\\b${paper}`,
    `\\b(?:das|die|der|ihr|ihre) .{0,30}${paper} (?:ist|sind|kommt|kommen|liegt)\\b`,
    `\\b(?:${who} (?:werde|wird|werden)|(?:werde|wird|werden) ${who})\\b.{0,80}\\b(?:prufen|klaren|nachfragen|erstellen|buchen|erledigen|bestatigen|erstatten|kummern)\\b`,
  ],
  conditional: "^(?:wenn|falls|sobald|nachdem)\\b|\\b(?:wenn|falls|sobald|nachdem) (?:sie|du|ihr|ihre)\\b",
  denied: { within: "\\b(?:nicht|nie|niemals|kein(?:e[nmrs]?)?)\\b" },
  time: {
    today: "heute",
    tomorrow: "(?<!am |guten |den )morgen",
    dayAfterTomorrow: "ubermorgen",
    weekdays: ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag|sonnabend", "sonntag"].map(
      (day) => `(?<!fur |vom |von )(?:${day})(?:vormittag|mittag|nachmittag|abend)?`,
    ),
    months: [
      "januar|janner|jan",
      "februar|feb",
      "marz",
      "april|apr",
      "mai",
      "juni|jun",
      "juli|jul",
      "august|aug",
      "september|sept?",
      "oktober|okt",
      "november|nov",
      "dezember|dez",
    ],
    dates: ["(?<day>\\d{1,2})\\. ?(?<month>MONTH)", "(?<day>\\d{1,2})\\.(?<month>\\d{1,2})\\."],
    morning: "fruh|vormittag|am morgen|\\w+vormittag",
    noon: "mittag|\\w+(?<!nach)(?<!vor)mittag",
    afternoon: "nachmittag|\\w+nachmittag",
    evening: "abend|\\w+abend",
    endOfDay: "ende des tages|tagesende|feierabend|geschaftsschluss|buroschluss",
    endOfWeek: "ende der woche|ende dieser woche|wochenende",
    nextWeek: "(?:nachste|kommende|nachster|kommender|nachsten) woche",
    within: "in(?: den nachsten)?|innerhalb(?: von| der nachsten)?|binnen|in (?:spatestens|etwa|ca\\.?)",
    units: { minute: "minuten?|min", hour: "stunden?|std", day: "tage?n?", businessDay: "(?:werk|arbeits)tage?n?s?", week: "wochen?" },
    numbers: { einer: 1, einem: 1, eines: 1, ein: 1, eine: 1, zwei: 2, drei: 3, vier: 4, funf: 5, sechs: 6, "einer halben": 0.5, "ein paar": 3, wenigen: 3 },
    clock: ["(?<hour>\\d{1,2})(?:[:.](?<minute>\\d{2}))? ?uhr", "(?<hour>\\d{1,2}):(?<minute>\\d{2})"],
    before: "vor",
    now: "sofort|gleich|umgehend|in kurze|in einem moment|jetzt",
  },
};
