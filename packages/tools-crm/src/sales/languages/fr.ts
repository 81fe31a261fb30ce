import type { PromiseLanguage } from "../language.ts";

const paper = "(?:devis|offre|proposition|options|itineraire|confirmation|reponse|details|documents?|billets?|facture|bon|informations|lien|e-?mail|nouvelles)";
const who = "\\b(?:je|j'|nous|on|(?:un|une|mon|ma|notre) (?:collegue|conseill(?:er|ere)|equipe|agent)|quelqu'un)";
const you = "(?: ?(?:vous|te|t'|vous les?|vous la|vous l'|le|la|les))?";

export const french: PromiseLanguage = {
  id: "fr",
  firm: [
    `${who} ?(?:vous|te|t'|l'|le|la|les)(?: ?(?:le|la|les|l'|en))? ?(?:envoie|enverrai|enverrons|envoyons|enverra|rappelle|rappellerai|rappellerons|rappellera|appelle|appellerai|appellerons|appellera|ecrirai|ecrirons|ecrira|recontacte|recontacterai|recontacterons|recontactera|contacterai|contacterons|contactera|tiens au courant|tiendrai|tiendrons|informerai|informerons|informera|repondrai|repondrons|repondra|confirmerai|confirmerons|confirmera|previens|previendrai|previendrons|dirai|dirons|transmets|transmettrai|transmettrons)\\b`,
    `${who}(?: ?me)? ?(?:reviens|reviendrai|revenons|reviendrons|reviendra)\\b.{0,30}\\bvers (?:vous|toi)`,
    `${who} ?(?:vais|allons|va)${you} ?(?:envoyer|rappeler|appeler|ecrire|recontacter|contacter|tenir au courant|informer|repondre|confirmer|prevenir|transmettre|revenir vers)\\b`,
    "\\b(?:vous aurez|tu auras) (?:de )?(?:mes|nos) nouvelles",
  ],
  timed: [
    `${who} ?(?:vous|te|t'|l'|le|la|les)(?: ?(?:le|la|les|l'|en))? ?(?:ecris|informe|reponds|confirme|contacte)\\b`,
    `${who} ?(?:verifie|verifierai|verifions|verifierons|me renseigne|nous renseignons|demande|demanderai|prepare|preparerai|preparons|preparerons|reserve|reserverai|reserverons|m'en occupe|nous en occupons)\\b`,
    `\\b(?:vous aurez|vous recevrez|tu auras|tu recevras)\\b.{0,50}\\b(?:${paper})`,
    `\\b(?:le|la|les|votre|vos|l'|ton|ta) ?(?:${paper})\\b.{0,20}\\b(?:sera|seront|arrivera|arriveront)\\b`,
  ],
  conditional: "^(?:si|quand|lorsque|des que|une fois|apres)\\b|\\b(?:si|quand|lorsque|des que|une fois que) (?:vous|tu|votre)\\b",
  denied: { within: "\\b(?:ne|n'|pas|jamais)\\b" },
  time: {
    today: "aujourd'hui|ce(?= (?:matin|soir))|cet(?= (?:apres-midi))|cette(?= (?:apres-midi|nuit))",
    tomorrow: "(?<!apres-)(?<!apres )demain",
    dayAfterTomorrow: "apres[- ]demain",
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    months: ["janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre"],
    dates: ["(?<day>\\d{1,2})(?:er)? (?<month>MONTH)", "(?<day>\\d{1,2})/(?<month>\\d{1,2})\\b"],
    morning: "matin(?:ee)?",
    noon: "midi(?<!apres-midi)",
    afternoon: "apres-midi",
    evening: "soir(?:ee)?",
    endOfDay: "fin de (?:la )?journee",
    endOfWeek: "fin de (?:la )?semaine",
    nextWeek: "(?:la )?semaine prochaine",
    within: "dans(?: les?| un delai de)?(?: prochaines?| prochains?)?|sous|d'ici|en moins d[e']",
    units: { minute: "minutes?|min", hour: "heures?|h", day: "jours?", businessDay: "jours? (?:ouvres?|ouvrables?)", week: "semaines?" },
    numbers: { une: 1, un: 1, deux: 2, trois: 3, quatre: 4, cinq: 5, six: 6, "une demi": 0.5, quelques: 3 },
    clock: ["(?<hour>\\d{1,2}) ?(?:h|heures?)(?: ?(?<minute>\\d{2}))?\\b", "(?<hour>\\d{1,2}):(?<minute>\\d{2})"],
    before: "avant",
    now: "tout de suite|immediatement|dans un instant|dans un moment|a l'instant",
  },
};
