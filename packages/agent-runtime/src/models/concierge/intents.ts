export type Vertical = "flight" | "hotel" | "car";

export interface Intents {
  verticals: Vertical[];
  /** Wants something found or booked, whatever it is. */
  search: boolean;
  /** "instead", "rather": what was wanted before is not wanted any more. */
  replace: boolean;
  /** "there", "also": belongs to the trip so far. */
  belongs: boolean;
  /** A vertical not wanted: "no flight", "without the car". */
  without: Vertical[];
  cancel: boolean;
  change: boolean;
  status: boolean;
  /** Names what was booked; a question about it when nothing else is said. */
  statusPerhaps: boolean;
  /** Speaks of a booking that exists. */
  aboutBooking: boolean;
  person: boolean;
  greeting: boolean;
  thanks: boolean;
  bye: boolean;
  help: boolean;
  yes: boolean;
  no: boolean;
  abandon: boolean;
  restart: boolean;
  book: boolean;
  question: boolean;
  /** Something a travel desk does not do. */
  outOfScope: boolean;
  /** Written in another language. */
  foreign: boolean;
  /** Somebody is in danger or ill. */
  emergency: boolean;
  /** Asks for a confirmation by e-mail. */
  mail: boolean;
  /** Angry or disappointed. */
  upset: boolean;
  /** Asked about travel, but not answered by searching: visas, weather, baggage rules. */
  advice: boolean;
}

const verticalWords: [Vertical, RegExp][] = [
  ["flight", /\b(?:flights?|flts?|flght|flite|filght|flightss?|fligth|fly|flying|flies|plane|airplane|airfares?|air\s+tickets?|plane\s+tickets?|airlines?)\b/],
  [
    "hotel",
    /\b(?:hotels?|hotells?|hotles?|hotal|hostels?|accommodations?|accomodations?|lodging|place\s+to\s+(?:stay|sleep)|somewhere\s+to\s+(?:stay|sleep)|b&b|guest\s?house|(?:double|single|twin|family|hotel)\s+rooms?|a\s+room|rooms)\b/,
  ],
  ["car", /\b(?:rental\s+cars?|car\s+(?:rental|hire)s?|hire\s+cars?|cars?|rent(?:al|ing)?|vehicle|suv|mini-?van)\b/],
];

const outOfScope =
  /\b(?:write|compose|draft|generate|create|make)\s+(?:me\s+|us\s+)?(?:an?\s+|some\s+|the\s+|my\s+)?(?:\w+\s+){0,2}(?:essay|poem|story|song|letter|code|program|script|function|app|website|speech|joke|haiku|cv|resume|homework|article|blog|novel|lyrics|sql|regex)\b|\b(?:python|javascript|typescript|java|sql|html|c\+\+|rust)\s*(?:code|script|program|function)?\b|\b(?:tell|know)\s+(?:me\s+|us\s+)?(?:a|another|any|some)\s+(?:joke|story|riddle)s?\b|\bhomework\b|\bsolve\b|\bcalculate\b|\bwhat\s+is\s+\d+\s*[-+*/x]\s*\d+|\b\d+\s*[+*]\s*\d+\s*(?:=|\?)|\btranslate\b|\brecipe|\bcook\b(?!\s+islands)|\bpresident\b|\bprime\s+minister\b|\belection|\bpolitic|\bfootball\s+(?:score|match)|\bwho\s+won\b|\bstock(?:s|\s+(?:price|market))\b|\bbitcoin\b|\bcrypto|\bmeaning\s+of\s+life\b|\b(?:ignore|forget|disregard)\s+(?:all\s+|any\s+|your\s+|the\s+)*(?:previous|prior|above|earlier|system)?\s*(?:instructions?|prompts?|rules)\b|\bsystem\s+prompt\b|\bpretend\s+(?:to\s+be|you)\b|\bact\s+as\s+(?:a|an)\b|\bdebug\b|\b(?:medical|legal|tax|financial)\s+advice\b|\bsummari[sz]e\s+(?:this|the)\s+(?:text|article|book)\b|\bcapital\s+of\b|\bdating\b|\bgirlfriend\s+advice\b/;
const advice =
  /\bvisas?\b|\bpassport\s+(?:validity|rules|needed|required)\b|\bdo\s+i\s+need\s+(?:a|my)\s+(?:visa|passport)\b|\bweather\b|\bbaggage\s+(?:rules|allowance|policy)\b|\b(?:how\s+(?:much|many)\s+)?(?:luggage|baggage|bags?)\s+(?:can|may|am)\b|\bvaccin|\bcheck[\s-]?in\s+online\b|\bonline\s+check[\s-]?in\b|\bwheelchair\b|\b(?:special|vegetarian|vegan|halal|kosher)?\s*meals?\b|\b(?:get|taxi|bus|transfer)\s+(?:to|from)\s+the\s+airport\b|\bpay(?:ment|ing)?\b(?!\s+for\s+it)|\bcredit\s+card|\bseat\s+(?:selection|map)\b|\b(?:pets?|dogs?|cats?)\b|\bloyalty|\bfrequent\s+flyer\b|\binsurance\b|\binvoice\b|\bcurrency\b|\bthings\s+to\s+(?:do|see)\b|\brestaurants?\b|\btrains?\b|\bbus(?:es)?\b|\btaxis?\b|\bcruises?\b|\bferr(?:y|ies)\b/;

const is = (pattern: RegExp) => (text: string) => pattern.test(text);

const cancel = is(
  /\bcancel(?:l?ed|l?ing|lation)?\b(?!\s+(?:policy|polic|fees?|conditions|terms))|\b(?:refund\s+(?:my|the|it)|(?:get|want|need|have|give\s+me)\s+(?:a|my)\s+(?:refund|money\s+back)|call\s+off|i\s+(?:can't|cannot|can\s+not)\s+(?:travel|go|make\s+it)\s*(?:any\s*more|anymore)?)\b/,
);
const change = is(
  /(?<!\b(?:no|without|without\s+a|any)\s)\b(?:changed?|modif(?:y|ied)|moved?|rescheduled?|rebook(?:ed)?|re-book|postponed?|bring\s+forward|push\s+back|amend(?:ed)?|switch|alter)\b(?!\s+my\s+mind)/,
);
const status = is(
  /\b(?:status|is\s+it\s+(?:already\s+)?(?:confirmed|booked|ticketed)|what\s+(?:have\s+i|did\s+i)\s+book(?:ed)?|(?:is|was|has|are)\s+(?:my|our|the)\s+(?:\w+\s+){0,2}(?:booking|reservation|flight|hotel|car|trip|ticket|room)s?\s+(?:been\s+)?(?:confirmed|booked|ok|okay|ticketed|paid|still|on\s+time|done)|show\s+(?:me\s+)?(?:my|the)\s+bookings?|(?:booking|upcoming|past)\s+(?:history|trips?|bookings?)|(?:when|what\s+time)\s+(?:is|does)\s+(?:my|our)\s+(?:flight|trip|check|plane|car|hotel)|where\s+(?:is|are)\s+my\s+(?:tickets?|booking|confirmation))\b/,
);
const statusPerhaps = is(/\bmy\s+(?:bookings?|reservations?|trips?|itinerary|itineraries)\b/);
const person = is(
  /\b(?:(?:talk|speak|chat|connect(?:\s+me)?|transfer(?:\s+me)?|get\s+me|put\s+me\s+through|hand\s+(?:me\s+)?over)\s+(?:to|with)\s+(?:an?\s+|the\s+|your\s+|some\s+)?(?:\w+\s+)?(?:person|human|agent|someone|somebody|colleague|representative|rep|operator|manager|supervisor|advisor|adviser|consultant|people|staff|employee)|(?:real|live|actual)\s+(?:person|human|agent)|human\s+(?:agent|being|please|help|support)|(?:call|ring|phone)\s+me(?:\s+back)?(?=\s*(?:$|[.,!?]|please|now|later|today|tomorrow|on|at|asap))|(?:i\s+)?(?:want|need|prefer)\s+(?:a|an)\s+(?:human|real\s+person|person|agent|operator|representative)|customer\s+service|(?:complain|complaint)|get\s+me\s+(?:a\s+|the\s+)?(?:manager|human|person|agent)|can\s+(?:someone|somebody)\s+(?:call|help|contact)|(?:are|r)\s+you\s+(?:a\s+)?(?:bot|robot|human|real|machine|ai)\s*\?*\s*(?:i\s+want)|^\s*(?:human|agent|operator|representative|person))\b/,
);
/** Words that English does not have and names rarely are; one of the second kind may stand in an English sentence. */
const foreignVerb =
  /\b(?:quiero|queremos|quisiera|necesito|necesitamos|busco|reservar|vuelos?|je|nous|voudrais|voudrions|reserver|ich|brauche|brauchen|mochten?|buchen|voglio|vorrei|prenotare|quero|preciso|voos?)\b/;
const foreignWord =
  /\b(?:una|por|favor|gracias|hola|manana|habitacion|coche|vuelta|para|bonjour|vols?|vous|plait|une|chambre|voiture|merci|demain|pour|wir|einen|eine|flug|fluge|bitte|nach|zimmer|mietwagen|danke|guten|volo|voli|grazie|ciao|domani|ola|obrigad[oa]|amanha|quarto|carro|dois|duas|deux|zwei|heute|morgen|oggi|hoy)\b/g;
const english = /\b(?:i|i'd|i'm|the|want|need|please|flights?|from|book|my|me|is|are|you)\b/;
const foreign = (text: string): boolean => !english.test(text) && (foreignVerb.test(text) || new Set(text.match(foreignWord)).size >= 2);
const upset = is(
  /\b(?:useless|worst|terrible|horrible|awful|ridiculous|rubbish|garbage|pathetic|disgusting|unacceptable|incompetent|stupid|idiots?|idiotic|scam|rip-?off|disappointed|furious|angry|fed\s+up|hate\s+(?:this|you)|waste\s+of\s+time|not\s+helpful|this\s+sucks|you\s+suck|wtf|f[u*]ck\w*|shit\w*|bullshit|damn)\b/,
);
const emergency = is(
  /\b(?:ambulance|chest\s+(?:pain|hurts?)|heart\s+attack|can't\s+breathe|cannot\s+breathe|suicid\w*|kill\s+myself|bleeding|overdose|emergency(?!\s+exit))\b|\bcall\s+(?:the\s+)?police\b/,
);
const mail = is(
  /\b(?:confirmation|tickets?|vouchers?|receipt|itinerary)\b[^.!]{0,30}\b(?:e-?mails?|by\s+mail|inbox)\b|\be-?mails?\s+(?:me\s+)?(?:the\s+|a\s+|my\s+)?(?:confirmation|tickets?|vouchers?|receipt|itinerary)\b|\bsend\s+(?:me\s+)?(?:an?\s+|the\s+)?(?:confirmation\s+)?e-?mail\b/,
);
const greeting = is(/^\s*(?:hi|hello|hey|hiya|good\s+(?:morning|afternoon|evening|day)|greetings|howdy|hola|bonjour|hallo|ola|yo)\b/);
const thanks = is(/\b(?:thanks?|thank\s+you|thx|cheers|much\s+appreciated|ty)\b/);
const bye = is(
  /\b(?:bye|goodbye|see\s+you|good\s+night|have\s+a\s+(?:nice|good)\s+(?:day|one|evening)|that(?:'s|\s+is|\s+will\s+be)\s+(?:all|it)|that\s+was\s+all)\b/,
);
const help = is(
  /\b(?:help(?!\s+me\s+(?:book|find|with\s+(?:a|my|the)))|what\s+can\s+you\s+do|what\s+do\s+you\s+(?:do|offer)|how\s+does\s+this\s+work|who\s+are\s+you|what\s+are\s+you|are\s+you\s+(?:a\s+)?(?:bot|robot|human|real|ai|machine)|how\s+can\s+you\s+help|your\s+name|options\s+do\s+i\s+have)\b/,
);
const yes = is(
  /^\s*(?:yes|y|yep|yeah|yup|ya|yess+|ok|okay|k|sure|confirm(?:ed)?|correct|right|exactly|please\s+do|go\s+ahead|do\s+it|of\s+course|sounds\s+good|perfect|great|fine|absolutely|agreed|i\s+confirm|i\s+agree|that's\s+(?:right|it|correct)|that\s+is\s+(?:right|correct)|looks\s+good)\b/,
);
const no = is(/^\s*(?:no|n|nope|nah|don't|do\s+not|not\s+(?:now|yet|this|that|really|any)|stop|decline|neither|none)\b/);
const abandon = is(/\b(?:never\s?mind|forget\s+(?:it|about\s+it|that)|leave\s+it|scrap\s+that|drop\s+it|not\s+interested|changed\s+my\s+mind|no\s+longer)\b/);
const restart = is(/\b(?:start\s+(?:over|again|from\s+scratch|anew)|new\s+search|reset|begin\s+again|something\s+else\s+entirely)\b/);
const book = is(
  /\b(?:book(?:\s+(?:it|that|this|them|both|the\s+(?:flight|hotel|car|trip|offer)))|go\s+ahead|proceed|reserve\s+(?:it|that|them)|buy\s+(?:it|that|them)|let's\s+(?:book|do\s+it)|take\s+(?:it|them|both)|check\s?out\s+now|finali[sz]e)\b/,
);
const search = is(
  /\b(?:search|find|look(?:ing)?\s+for|need|want|would\s+like|i'd\s+like|book|get\s+me|show\s+me|travel(?:l?ing)?|trip|go(?:ing)?\s+to|visit|holiday|vacation|getaway|journey|reserve)\b/,
);

/** What a message in `normalise` form is about. Says nothing of how it fits the conversation. */
export function readIntents(text: string): Intents {
  const without: Vertical[] = [];
  for (const [vertical] of verticalWords)
    if (
      new RegExp(
        `\\b(?:no|without|skip|drop|forget|remove|don't\\s+(?:need|want)|do\\s+not\\s+(?:need|want)|not)\\s+(?:the\\s+|a\\s+|an\\s+|any\\s+)?(?:rental\\s+)?${vertical}s?\\b`,
      ).test(text)
    )
      without.push(vertical);
  const verticals = verticalWords
    .map(([vertical, words]) => ({ vertical, at: text.search(words) }))
    .filter(({ vertical, at }) => at >= 0 && !without.includes(vertical))
    .sort((a, b) => a.at - b.at)
    .map(({ vertical }) => vertical);
  // "for two nights" alone is a stay, unless it goes with a flight.
  if (verticals.length === 0 && without.length === 0 && /\b(?:stay(?:ing)?\s+(?:in|at|overnight)|check(?:ing)?[\s-]in)\b/.test(text)) verticals.push("hotel");
  return {
    verticals,
    without,
    search: search(text),
    replace:
      /\b(?:(?:just|only)\s+(?:a|an|the)\s+(?:hotel|flight|(?:rental\s+)?car)\b|instead|rather|switch\s+to|no,\s+(?:a|an|the|i\s+(?:want|meant|need)))\b/.test(
        text,
      ),
    belongs:
      /\b(?:there|also|too|as\s+well|and\s+(?:a|an|the|then)|plus|add|same\s+(?:dates|days|place|city|time|trip)|for\s+(?:the|that|this)\s+(?:trip|stay|same))\b/.test(
        text,
      ) || /^\s*and\b/.test(text),
    cancel: cancel(text),
    change: change(text),
    status: status(text),
    statusPerhaps: statusPerhaps(text),
    aboutBooking:
      /\b(?:my|our|the|existing|this)\s+(?:\w+\s+)?(?:bookings?|reservations?|tickets?|trips?|flights?|hotels?|cars?|stay|room|rental)\b|\bbook(?:ed|ings?)\b|\breservations?\b/.test(
        text,
      ),
    person: person(text),
    greeting: greeting(text),
    thanks: thanks(text),
    bye: bye(text),
    help: help(text),
    yes: yes(text) || /^\s*(?:👍|✅|👌)/u.test(text),
    no: no(text) || /^\s*(?:👎|❌)/u.test(text),
    abandon: abandon(text),
    restart: restart(text),
    book: book(text),
    question: /\?\s*$/.test(text),
    foreign: foreign(text),
    emergency: emergency(text),
    mail: mail(text),
    upset: upset(text),
    outOfScope: outOfScope.test(text),
    advice: advice.test(text),
  };
}
