/**
 * Whether a whole message is a plain yes or no to what was just shown. Anything with a condition, a question or a further
 * wish is neither: the model reads it, and the pending action stays pending. Rules instead of a model, because this is where
 * money starts to move.
 */
const phrases = (lines: string): ReadonlySet<string> => new Set(lines.trim().split(/\s*\n\s*/));

const yes = phrases(`
  yes
  y
  yep
  yeah
  yup
  ok
  okay
  sure
  confirm
  confirmed
  i confirm
  yes confirm
  yes please
  yes i confirm
  yes do it
  please confirm
  go ahead
  please go ahead
  go for it
  do it
  please do
  yes go ahead
  yes please go ahead
  ok go ahead
  yes thats right
  yes that is right
  yes correct
  thats right
  correct
  yes thanks
  yes thank you
  ok confirm
  i agree
  agreed
  ya
  yea
  yess
  yes sir
  okey
  okay then
  ok then
  ok yes
  okay yes
  yes ok
  yes okay
  ok sure
  sure thing
  yes sure
  sure yes
  sure go ahead
  of course
  yes of course
  absolutely
  yes absolutely
  definitely
  yes definitely
  certainly
  by all means
  alright
  all right
  alright then
  very well
  thats fine
  that is fine
  yes thats fine
  yes that is fine
  perfect yes
  yes perfect
  great yes
  yes great
  looks good
  looks good to me
  looks good yes
  yes looks good
  sounds good
  sounds good to me
  sounds great
  yes sounds good
  yeah go ahead
  yep go ahead
  yes yes
  yes confirmed
  yes i do
  yes i am sure
  yes im sure
  im sure
  i am sure
  i accept
  accept
  accepted
  yes i accept
  i agree yes
  yes i agree
  yes agreed
  approve
  approved
  confirm please
  confirm it
  please confirm it
  yes confirm it
  yes please confirm
  yes confirm please
  lets do it
  yes lets do it
  lets go
  lets go for it
  yes go for it
  ok go for it
  proceed
  please proceed
  yes proceed
  yes please proceed
  ok proceed
  ok do it
  okay do it
  please do it
  please do so
  do so
  yes do it please
  yes please do
  yes please do it
  yes to all
  everything is correct
  everythings correct
  all correct
  its correct
  it is correct
  yes its correct
  yes it is correct
  yes everything is correct
  yes all correct
  that is correct
  thats correct
  yes thats correct
  yes that is correct
  that is right
  yes right
  exactly
  yes exactly
  affirmative
  yeah sure
  yep sure
  sure why not
  si
  si por favor
  si gracias
  si confirmo
  confirmo
  si correcto
  correcto
  de acuerdo
  si de acuerdo
  adelante
  si adelante
  vale
  ja
  ja bitte
  ja gerne
  ja genau
  ja danke
  jawohl
  einverstanden
  ja einverstanden
  ich bestatige
  ja ich bestatige
  in ordnung
  oui
  oui merci
  oui sil vous plait
  oui je confirme
  je confirme
  daccord
  oui daccord
  cest daccord
  sim
  sim por favor
  sim obrigado
  sim obrigada
  sim confirmo
  de acordo
  si grazie
  si confermo
  confermo
  va bene
  si va bene
  daccordo
`);

/** A yes that names what is to be done agrees to that alone: "yes, cancel it" never books. */
const yesTo: Readonly<Record<string, ReadonlySet<string>>> = {
  create_booking: phrases(`
    confirm booking
    confirm the booking
    confirm my booking
    yes confirm the booking
    yes book it
    book it
    book it please
    please book it
    ok book it
    okay book it
    sounds good book it
    looks good book it
    yes please book it
    sure book it
    alright book it
    fine book it
    perfect book it
    great book it
    good book it
    all good book it
    yep book it
    yeah book it
    yup book it
    book now
    book it now
    book it for me
    book that
    book this
    book them
    book the trip
    book the flight
    book the hotel
    book the car
    yes book
    yes book now
    yes book that
    yes book them
    yes book this
    yes book the flight
    yes book the hotel
    yes book the car
    ok lets book it
    lets book it
    make the booking
    please make the booking
  `),
  modify_booking: phrases(`
    yes change it
    yes please change it
    ok change it
    okay change it
    yes change
    yes please change
    yes move it
    ok move it
  `),
  cancel_booking: phrases(`
    yes cancel it
    yes please cancel it
    cancel it yes
    ok cancel it
    okay cancel it
    yes cancel
    yes please cancel
    yes cancel the booking
    yes cancel my booking
    yes cancel everything
  `),
};

const no = phrases(`
  no
  n
  nope
  nah
  no thanks
  no thank you
  decline
  declined
  dont
  do not
  stop
  dont book it
  do not book it
  no dont
  no do not
  not now
  no stop
  never mind
  nevermind
  forget it
  no forget it
  leave it
  keep it
  no keep it
  dont do it
  do not do it
  dont cancel it
  do not cancel it
  nope thanks
  no way
  no not now
  no not yet
  not yet
  not really
  rather not
  id rather not
  i would rather not
  better not
  no better not
  absolutely not
  definitely not
  certainly not
  of course not
  please dont
  please do not
  no please dont
  please stop
  stop it
  stop that
  i dont want it
  i do not want it
  i dont want that
  i dont want this
  no i dont
  no i do not
  no i dont want it
  no i dont want that
  no dont do it
  no do not do it
  no dont book it
  no do not book it
  dont book
  dont book that
  dont book anything
  do not book
  do not confirm
  dont confirm
  no dont cancel
  no dont cancel it
  no do not cancel it
  dont cancel
  do not cancel
  dont change it
  do not change it
  no dont change it
  no leave it
  leave it as it is
  leave it as is
  no leave it as it is
  keep the booking
  keep my booking
  no keep the booking
  no keep my booking
  keep it as it is
  forget about it
  forget that
  nah thanks
  nah never mind
  no never mind
  ok never mind
  changed my mind
  i changed my mind
  i have changed my mind
  ive changed my mind
  no i changed my mind
  no sorry
  sorry no
  nay
  negative
  reject
  rejected
  refuse
  i refuse
  i disagree
  not interested
  skip it
  drop it
  abort
  no thats wrong
  no that is wrong
  thats wrong
  that is wrong
  not correct
  thats not correct
  that is not correct
  no thats not right
  thats not right
  that is not right
  no gracias
  nein
  nein danke
  non
  non merci
  nao
  nao obrigado
  nao obrigada
  no grazie
`);

/** Pictures that agree or say nothing; with any other one the words are not plain. */
const harmless = /[\u{1F44D}\u{1F44C}\u2705\u2714\u{1F64F}\u{1F600}-\u{1F60A}\u{1F642}\u2764\u{1F389}]/gu;

const thumbs: [RegExp, "yes" | "no"][] = [
  [/^(?:[👍👌✅🆗]\ufe0f?[\u{1f3fb}-\u{1f3ff}]?)+$/u, "yes"],
  [/^(?:[👎❌🚫]\ufe0f?[\u{1f3fb}-\u{1f3ff}]?)+$/u, "no"],
];

/** What a whole message says to the action of `tool`; without one, to whichever is asked about. */
export function assent(text: string, tool?: string): "yes" | "no" | null {
  const sign = thumbs.find(([signs]) => signs.test(text.replace(/\s/g, "")));
  if (sign) return sign[1];
  if (/\p{Extended_Pictographic}/u.test(text.replace(harmless, ""))) return null;
  const plain = text
    .normalize("NFKD")
    // An accent more or less is no other word here.
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[’']/g, "")
    .replace(/[^\p{L}\p{N}\s?]/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  const bare = plain.replace(/^please | please$/g, "");
  const among = (said: ReadonlySet<string>) => said.has(plain) || said.has(bare);
  if (among(yes)) return "yes";
  if (Object.entries(yesTo).some(([name, said]) => (tool === undefined || name === tool) && among(said))) return "yes";
  if (among(no)) return "no";
  return null;
}
