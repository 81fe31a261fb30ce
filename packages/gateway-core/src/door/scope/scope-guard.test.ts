import { describe, expect, it } from "vitest";
import { offTopicIn } from "./scope-guard.ts";

/** What customers of a travel agency write; also where it sounds like something else. */
const travel = [
  "I need two flights from Madrid to Lisbon on 12 May",
  "Can you write me an itinerary for a week in Japan?",
  "Please write a letter to the airline about my delayed flight",
  "Make me an offer for four people",
  "Create a program for our group of 20 in Rome",
  "Could you give me the code again?",
  "Apply the code SUMMER10 please",
  "What is the weather like in Lisbon in March?",
  "Tell me about the story of the castle we will visit on the tour",
  "How do I solve the problem with my seat?",
  "Help me with my visa application",
  "2 + 1",
  "12/05",
  "yes",
  "the second one",
  "Ana Silva, born 3 March 1988",
  "Is there a cooking class near the hotel?",
  "We would like a recipe workshop during our trip to Bologna",
  "Translate the voucher for me",
  "Who won the upgrade raffle on my flight?",
  "Can I bring my medicine? I have a prescription",
  "Do I need to do my exam before flying?",
  "Write down that we want a vegetarian meal",
  "draft the booking for Tuesday, I will confirm",
  "Calculate 2 times 3 nights please",
  "My name is Python Smith",
  "Ich brauche einen Flug von Berlin nach Rom am 3. Juni",
  "Schreiben Sie mir bitte ein Angebot für zwei Personen",
  "Erstellen Sie ein Programm für unsere Gruppe in Wien",
  "Brauche ich ein Rezept für meine Medikamente in Thailand?",
  "Wie löse ich den Gutschein ein?",
  "Ich schreibe Ihnen wegen meiner Buchung",
  "Können Sie mir helfen? Mein Koffer ist weg",
  "Was kostet ein Mietwagen in Faro?",
  "Soll ich die Reiseversicherung kaufen?",
  "Erzählen Sie mir etwas über die Insel",
  "Quiero dos vuelos de Madrid a Lisboa el 12 de mayo",
  "Les escribo para aplicar el código de descuento",
  "Hazme el favor de aplicar el código PROMO10",
  "¿Necesito receta para mis medicinas en Tailandia?",
  "Ayuda con la tarea de facturar las maletas",
  "Cuénteme cómo es el hotel",
  "¿Debo comprar el seguro de viaje?",
  "¿Quién ganó el sorteo del viaje?",
  "Redacta la factura a nombre de mi empresa",
  "Je voudrais deux vols de Paris à Rome le 12 mai",
  "J'écris au sujet de ma réservation",
  "Pouvez-vous rédiger un devis pour quatre personnes ?",
  "Aidez-moi, ma valise est perdue",
  "Faut-il acheter une assurance voyage ?",
  "Racontez-moi ce qu'il y a à voir à Lyon",
  "Tell me a bit more about the second one",
  "Cuéntame un poco más sobre el segundo",
  "Erzählen Sie mir mehr über das zweite",
  "Create a new code for my wife",
  "Can you write to my husband as well?",
  "fais-moi une offre",
  "Puoi scrivere anche a mia moglie?",
  "Help us with our homework visit group to Rome",
  "Quero dois voos de Lisboa para Roma a 12 de maio",
  "Posso fazer isso no site?",
  "Preciso de receita para os medicamentos em Angola?",
  "Conto com vocês para a reserva",
  "Escreva no bilhete o nome completo, por favor",
  "Devo comprar o seguro de viagem?",
  "Vorrei due voli da Roma a Parigi il 12 maggio",
  "Vi scrivo in tema di rimborso",
  "Scrivetemi il prezzo per due persone",
  "Serve la ricetta per i farmaci in Egitto?",
  "Aiutatemi, ho perso la valigia",
  "Conviene comprare l'assicurazione di viaggio?",
  "Chi ha vinto il viaggio a Capri?",
  "Mi fa un preventivo per quattro persone?",
  "ok grazie",
];

const elsewhere: readonly [string, string][] = [
  ["en", "Write me an essay about the French Revolution"],
  ["en", "Can you write a Python script that sorts a list?"],
  ["en", "please debug my code, it throws an error"],
  ["en", "Help me with my homework"],
  ["en", "Solve this equation for x: 3x + 4 = 19"],
  ["en", "Tell me a joke"],
  ["en", "Give me a recipe for chocolate cake"],
  ["en", "Who won the world cup in 2014?"],
  ["en", "Should I buy bitcoin now?"],
  ["en", "compose a poem about love"],
  ["en", "Write a cover letter for a job at a bank"],
  ["en", "What is 234 multiplied by 17?"],
  ["de", "Schreib mir einen Aufsatz über Goethe"],
  ["de", "Kannst du ein Gedicht für mich schreiben? Schreibe ein Gedicht über den Mond"],
  ["de", "Schreibe ein Python-Skript, das Dateien umbenennt"],
  ["de", "Hilf mir bei den Hausaufgaben"],
  ["de", "Erzähl mir einen Witz"],
  ["de", "Erzählen Sie uns doch bitte einen guten Witz"],
  ["it", "Mi racconta per favore una barzelletta?"],
  ["de", "Hast du ein Rezept für Apfelkuchen?"],
  ["de", "Soll ich jetzt Aktien kaufen?"],
  ["es", "Escríbeme un ensayo sobre la Segunda Guerra Mundial"],
  ["es", "Escribe un poema de amor"],
  ["es", "Hazme un discurso para la boda de mi hermana"],
  ["es", "Ayúdame con los deberes de matemáticas"],
  ["es", "Cuéntame un chiste"],
  ["es", "Dame la receta de la tortilla de patatas"],
  ["es", "¿Debería comprar bitcoin?"],
  ["fr", "Écris-moi une dissertation sur Voltaire"],
  ["fr", "Écrivez un poème sur la mer"],
  ["fr", "Aide-moi à faire mes devoirs"],
  ["fr", "Raconte-moi une blague"],
  ["fr", "Donne-moi la recette de la ratatouille"],
  ["fr", "Qui a gagné la coupe du monde 1998 ?"],
  ["pt", "Escreva uma redação sobre o meio ambiente"],
  ["pt", "Ajuda-me com o trabalho de casa de matemática"],
  ["pt", "Conta-me uma piada"],
  ["pt", "Qual é a receita de bolo de cenoura?"],
  ["pt", "Devo investir em bitcoin?"],
  ["it", "Scrivimi un tema sul Risorgimento"],
  ["it", "Scrivi una poesia per mia nonna"],
  ["it", "Aiutami con i compiti di matematica"],
  ["it", "Raccontami una barzelletta"],
  ["it", "Dammi la ricetta della torta di mele"],
  ["it", "Chi ha vinto lo scudetto l'anno scorso?"],
];

describe("the scope guard", () => {
  it("has enough to judge by", () => {
    expect(travel.length).toBeGreaterThanOrEqual(60);
    expect(elsewhere.length).toBeGreaterThanOrEqual(40);
  });

  it.each(travel)("lets travel through: %s", (text) => {
    expect(offTopicIn(text)).toBeUndefined();
  });

  it.each(elsewhere)("knows in %s what is none of ours: %s", (locale, text) => {
    expect(offTopicIn(text)).toMatchObject({ locale });
  });

  it.each(elsewhere)("leaves it to the agent when travel is spoken of as well (%s): %s", (_, text) => {
    expect(offTopicIn(`${text} And is my flight on time?`)).toBeUndefined();
  });

  it("takes no long time for a long text", () => {
    const started = performance.now();
    for (const filler of ["write ", "escribe un ", "los gleichung "]) offTopicIn(filler.repeat(4_000 / filler.length));
    expect(performance.now() - started).toBeLessThan(500);
  });
});
