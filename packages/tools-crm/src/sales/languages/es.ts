import type { PromiseLanguage } from "../language.ts";

const paper =
  "(?:presupuesto|oferta|propuesta|opciones|itinerario|confirmacion|respuesta|detalles|documentos?|documentacion|billetes?|boletos?|factura|bono|informacion|enlace|correo|noticias)";
const you = "(?:te|le|les|os|se lo|se la|te lo|te la|se los|te los)";

export const spanish: PromiseLanguage = {
  id: "es",
  firm: [
    `\\b${you} (?:envio|enviare|enviaremos|enviamos|mando|mandare|mandaremos|llamo|llamare|llamaremos|escribire|escribiremos|aviso|avisare|avisaremos|confirmare|confirmaremos|informare|informaremos|contestare|contestaremos|respondere|responderemos|dire|diremos|contactare|contactaremos|contactara|llamara|escribira|avisara|enviara)\\b`,
    `\\b(?:voy|vamos|va) a (?:enviar|mandar|llamar|escribir|avisar|confirmar|informar|contestar|responder|contactar)(?:te|le|les|os|lo|la|telo|selo)\\b`,
    `\\b${you} (?:voy|vamos|va) a (?:enviar|mandar|llamar|escribir|avisar|confirmar|informar|contestar|responder|contactar)\\b`,
    "\\b(?:me|nos) (?:pondre|pondremos|pongo|ponemos) en contacto\\b|\\b(?:vuelvo|volvere|volveremos|volvemos) a (?:escribir|contactar|llamar)|\\b(?:tendra|tendras|recibira|recibiras) noticias (?:nuestras|mias)",
  ],
  timed: [
    `\\b${you} (?:escribo|confirmo|informo|contesto|respondo|digo|contacto)\\b`,
    "\\b(?:lo |la |los |las )?(?:compruebo|comprobare|comprobaremos|reviso|revisare|revisaremos|consulto|consultare|consultaremos|preparo|preparare|prepararemos|reservo|reservare|reservaremos|gestiono|gestionare|gestionaremos|averiguo|averiguare|averiguaremos|miro|mirare|miraremos)\\b",
    `\\b(?:tendra|tendras|tendran|recibira|recibiras|recibiran)\\b.{0,50}\\b(?:${paper})`,
    `\\b(?:el|la|los|las|su|sus|tu|tus) (?:${paper})\\b.{0,20}\\b(?:estara|estaran|llegara|llegaran)\\b`,
  ],
  conditional:
    "^(?:si|cuando|una vez|en cuanto|despues de)\\b|\\b(?:si|cuando|en cuanto|una vez que) (?:me|nos|usted|ustedes|tu|confirm\\w+|pag\\w+|quier\\w+|desea\\w*)\\b",
  denied: { before: "\\b(?:no|nunca|jamas|tampoco) (?:se |nos |me )?$" },
  time: {
    today: "hoy|esta(?= (?:tarde|noche|manana))",
    tomorrow: "(?<!la )(?<!esta )(?<!pasado )manana",
    dayAfterTomorrow: "pasado manana",
    weekdays: ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"],
    months: ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre|setiembre", "octubre", "noviembre", "diciembre"],
    dates: ["(?<day>\\d{1,2}) de (?<month>MONTH)", "(?<day>\\d{1,2})/(?<month>\\d{1,2})\\b"],
    morning: "(?:por|de|en|esta) (?:la )?manana(?= |$)|a primera hora",
    noon: "mediodia",
    afternoon: "tarde",
    evening: "noche",
    endOfDay: "final(?:es)? del dia|fin del dia|ultima hora",
    endOfWeek: "final(?:es)? de (?:la |esta )?semana|fin de (?:esta )?semana",
    nextWeek: "(?:la )?(?:proxima semana|semana que viene|semana proxima)",
    within: "en(?: las proximas| los proximos| un plazo de| menos de| unas?| unos)?|dentro de|antes de",
    units: { minute: "minutos?|min", hour: "horas?", day: "dias?", businessDay: "dias? (?:habiles|habil|laborables?)", week: "semanas?" },
    numbers: { un: 1, una: 1, uno: 1, dos: 2, tres: 3, cuatro: 4, cinco: 5, seis: 6, media: 0.5, "un par de": 2, pocos: 3, pocas: 3 },
    clock: [
      "las? (?<hour>\\d{1,2})(?:[:.h](?<minute>\\d{2}))?(?: (?:horas?|h))?(?: ?(?<half>[ap])\\.? ?m\\b)?",
      "(?<hour>\\d{1,2}):(?<minute>\\d{2})",
      "(?<hour>\\d{1,2}) ?(?<half>[ap])\\.?m\\b",
      "(?<hour>\\d{1,2}) ?h\\b",
    ],
    before: "antes del?",
    now: "ahora mismo|inmediatamente|enseguida|en seguida|en un momento|de inmediato",
  },
};
