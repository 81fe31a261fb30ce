import type { PromiseLanguage } from "../language.ts";

const paper =
  "(?:preventivo|offerta|proposta|opzioni|itinerario|conferma|risposta|dettagli|documenti|documento|biglietti|biglietto|fattura|voucher|informazioni|link|e-?mail|notizie)";
const you = "(?:le|ti|vi|la|gliel[oaie]|glieli|te l[oaie]|ve l[oaie])";

export const italian: PromiseLanguage = {
  id: "it",
  firm: [
    `\\b${you} (?:invio|inviero|invieremo|inviamo|mando|mandero|manderemo|mandiamo|spedisco|scrivero|scriveremo|chiamo|chiamero|chiameremo|richiamo|richiamero|richiameremo|contattero|contatteremo|contattera|ricontatto|ricontattero|ricontatteremo|ricontattera|confermero|confermeremo|informero|informeremo|rispondero|risponderemo|avviso|avvisero|avviseremo|aggiornero|aggiorneremo|diro|diremo|faccio sapere|facciamo sapere|faro sapere|faremo sapere|terro aggiornat\\w+|terremo aggiornat\\w+)\\b`,
    "\\b(?:mi|ci) (?:faccio|facciamo|faro|faremo) (?:vivo|vivi|sentire|risentire)|\\b(?:avra|avrai|ricevera|riceverai) (?:mie|nostre) notizie|\\btorn(?:o|ero|eremo|iamo) da (?:lei|te|voi)",
    "\\b(?:sto per|stiamo per) (?:inviar|mandar|scriver|chiamar)(?:le|ti|vi)\\b",
  ],
  timed: [
    `\\b${you} (?:scrivo|confermo|informo|rispondo|dico|contatto|aggiorno)\\b`,
    "\\b(?:controllo|controllero|controlleremo|verifico|verifichero|verificheremo|verifichiamo|preparo|preparero|prepareremo|prepariamo|prenoto|prenotero|prenoteremo|chiedo|chiedero|chiederemo|mi informo|ci informiamo|me ne occupo|ce ne occupiamo)\\b",
    `\\b(?:avra|avrai|avrete|ricevera|riceverai|riceverete)\\b.{0,50}\\b(?:${paper})`,
    `\\b(?:il|la|lo|i|gli|le|l'|suo|sua|tuo|tua) ?(?:${paper})\\b.{0,20}\\b(?:sara|saranno|arrivera|arriveranno)\\b`,
  ],
  conditional:
    "^(?:se|quando|appena|non appena|una volta|dopo)\\b|\\b(?:se|quando|appena|non appena) (?:lei|tu|voi|mi|ci|conferm\\w+|pag\\w+|vuol\\w*|ricev\\w+)\\b",
  denied: { before: "\\b(?:non|mai) (?:si |ci |mi )?$" },
  time: {
    today: "oggi|stasera|stamattina|stanotte|questa(?= (?:mattina|sera))|questo(?= (?:pomeriggio))",
    tomorrow: "domani",
    dayAfterTomorrow: "dopodomani|dopo domani",
    weekdays: ["lunedi", "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica"],
    months: ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"],
    dates: ["(?<day>\\d{1,2})[°º]? (?<month>MONTH)", "(?<day>\\d{1,2})/(?<month>\\d{1,2})\\b"],
    morning: "mattin[oa]|stamattina|mattinata",
    noon: "mezzogiorno|pranzo",
    afternoon: "pomeriggio",
    evening: "sera|stasera|serata",
    endOfDay: "fine (?:della )?giornata|fine del giorno",
    endOfWeek: "fine (?:della )?settimana|fine di questa settimana",
    nextWeek: "(?:la )?(?:prossima settimana|settimana prossima)",
    within: "entro|tra|fra|nelle prossime|nei prossimi|in",
    units: { minute: "minut[oi]|min", hour: "or[ae]", day: "giorn[oi]", businessDay: "giorn[oi] (?:lavorativ[oi]|feriali)", week: "settiman[ae]" },
    numbers: { un: 1, "un'": 1, una: 1, due: 2, tre: 3, quattro: 4, cinque: 5, sei: 6, mezz: 0.5, "un paio di": 2, pochi: 3, poche: 3 },
    clock: [
      "(?:alle|le|per le|delle) (?:ore )?(?<hour>\\d{1,2})(?:[:.](?<minute>\\d{2}))?",
      "ore (?<hour>\\d{1,2})(?:[:.](?<minute>\\d{2}))?",
      "(?<hour>\\d{1,2}):(?<minute>\\d{2})",
    ],
    before: "prima d(?:i|el|ella|ello)",
    now: "subito|immediatamente|tra un attimo|tra poco|adesso",
  },
};
