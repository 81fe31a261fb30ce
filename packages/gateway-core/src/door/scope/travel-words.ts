/**
 * Beginnings of words of travel and of an agency's work, without accents, in six languages. One of them anywhere in a message means
 * that it may be ours to answer: long lists cost nothing here, and a missing word may cost a customer.
 */
const stems = [
  // everywhere
  ..."hotel hostel motel resort airbnb airport flight visa visum passport pass transfer tour taxi taxa spa bus minibus ferry cruise safari".split(" "),
  ..."check-in checkin checkout check-out voucher upgrade online ticket e-ticket pnr bonus catering gps diesel suite apartment transit terminal gate".split(
    " ",
  ),
  ..."visit besuch besicht klassenfahrt studienfahrt group grup grupp".split(" "),
  // English
  ..."travel trip journey vacation holiday fly flew flown plane airline airfare airways room bed breakfast book reserv seat luggage baggage".split(" "),
  ..."suitcase bag boarding depart arriv layover stopover connection rent car cars train rail coach ship boat sail itinerar destination beach".split(" "),
  ..."island sightsee excursion museum ski insurance refund cancel confirm invoice receipt pay paid price fare fares quote offer discount coupon".split(" "),
  ..."miles loyalty passenger guest night weather custom border embass consul jet jetlag vaccin currency honeymoon weekend agency agent delay stay".split(" "),
  ..."lounge concierge route map city cities country abroad buses payment paying skiing pets season peak adult child infant stroller wheelchair pet allerg gluten vegetarian".split(
    " ",
  ),
  // German
  ..."reis urlaub ferien flug fluge flieg flog zimmer bett fruhstuck buch reserv sitz gepack koffer bord abflug abreis anreis ankunft umsteig".split(" "),
  ..."zwischen miet wagen auto bahn zug schiff kreuzfahrt fahr fahrt ausflug strand insel ziel versicher erstatt stornier storno absag bestatig".split(" "),
  ..."rechnung quittung zahl bezahl preis tarif angebot rabatt gutschein meilen gast gaste nacht wetter zoll grenze botschaft impf wahrung".split(" "),
  ..."flitterwochen wochenende reiseburo verspat aufenthalt unterkunft pension halbpension verpfleg stadt land anschluss einreis ausweis sehenswurdig".split(
    " ",
  ),
  // Spanish
  ..."viaj vuelo vuel volar avion aeropuerto aerolinea habitacion cama desayuno reserv asiento equipaje maleta embarque salida llegada escala".split(" "),
  ..."alquil coche carro tren barco crucero excursion playa isla destino seguro reembols devoluc cancel anul confirm factura recibo paga pago pagu precio".split(
    " ",
  ),
  ..."tarifa oferta descuento cupon millas pasajer huesped noche clima tiempo aduana frontera embajada vacuna moneda luna fin agencia retras".split(" "),
  ..."estancia alojam vacacion pasaporte visado ciudad pais turis billete boleto pasaje paquete traslado ida vuelta adulto nino bebe".split(" "),
  // French
  ..."voyag vol vols voler avion aeroport compagnie chambre lit petit-dejeuner dejeuner reserv siege bagage valise embarquement depart arrivee".split(" "),
  ..."escale correspondance louer louee loue location voiture train bateau croisiere excursion plage ile destination assurance rembours annul confirm facture".split(
    " ",
  ),
  ..."recu pay paie paiement prix tarif offre remise reduction miles passager client nuit meteo douane frontiere ambassade vaccin devise lune".split(" "),
  ..."week-end agence retard sejour hebergement logement vacances passeport ville pays touris billet navette aller retour adulte enfant".split(" "),
  // Portuguese
  ..."viag viaj voo voos voar aviao aeroporto companhia quarto cama pequeno-almoco cafe reserv assento bagagem mala embarque partida chegada".split(" "),
  ..."escala alug carro comboio trem barco navio cruzeiro excursao praia ilha destino seguro reembols devoluc cancel anul confirm fatura recibo".split(" "),
  ..."paga pago pague preco tarifa oferta desconto milhas passageir hospede noite clima alfandega fronteira embaixada vacina moeda lua agencia atras estadia".split(
    " ",
  ),
  ..."alojamento hospedagem ferias passaporte visto cidade pais turis bilhete passagem pacote traslado ida adulto crianca".split(" "),
  // Italian
  ..."viagg volo voli volar aereo aeroporto compagnia camera letto colazione prenot posto bagagli valigia imbarco partenza arrivo scalo".split(" "),
  ..."coincidenza noleggi affitt macchina treno nave traghetto crociera escursione gita spiaggia isola destinazione assicur rimbors annull".split(" "),
  ..."cancell conferm fattura ricevuta paga pago paghi prezzo tariffa offerta sconto miglia passegger ospit notte meteo dogana frontiera confine ambasciata".split(
    " ",
  ),
  ..."vaccin valuta luna agenzia ritard soggiorno alloggio vacanz passaporto visto citta paese turis bigliett navetta andata ritorno adult bambin".split(" "),
];

/** So short that more letters make another word of it. */
const shortest = 3;
const either = (words: readonly string[]): string => [...new Set(words)].sort((a, b) => b.length - a.length).join("|");
const pattern = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${either(stems.filter((stem) => stem.length > shortest))}|(?:${either(stems.filter((stem) => stem.length <= shortest))})s?(?![\\p{L}\\p{N}]))`,
  "u",
);

/** Whether a text without accents, in small letters, has a word of travel in it. */
export const hasTravelWord = (text: string): boolean => pattern.test(text);
