import type { PromiseLanguage } from "../language.ts";

const paper =
  "(?:orcamento|proposta|oferta|cotacao|opcoes|itinerario|confirmacao|resposta|detalhes|documentos?|bilhetes?|passagens|fatura|voucher|informacoes|informacao|link|e-?mail|noticias)";
const now = "(?:envio|enviamos|mando|mandamos|ligo|telefono|escrevo|aviso|avisamos|respondo|dou|damos|contacto|contato)";
const future =
  "(?:enviarei|enviaremos|mandarei|mandaremos|ligarei|ligaremos|telefonarei|escreverei|escreveremos|avisarei|avisaremos|confirmarei|confirmaremos|informarei|informaremos|responderei|responderemos|direi|diremos|contactarei|contactaremos|retornarei|retornaremos)";
const infinitive =
  "(?:enviar|mandar|ligar|telefonar|escrever|avisar|confirmar|informar|responder|contactar|contatar|entrar em conta(?:c)?to|retornar|dar (?:um )?retorno|dizer)";

export const portuguese: PromiseLanguage = {
  id: "pt",
  firm: [
    `\\b(?:te|lhe|lhes|vos) (?:${now}|${future})\\b|\\b${now}-(?:lhe|lhes|te|vos|lho|lha)\\b|\\b${future}\\b`,
    "\\b(?:entro|entramos|entrarei|entraremos) em conta(?:c)?to\\b|\\b(?:retorno|dou|damos) (?:o |um )?(?:contato|contacto|retorno)\\b",
    `\\b(?:vou|vamos|vai)(?: (?:te|lhe|lhes|vos))? ${infinitive}(?:-(?:lhe|lhes|te|vos|lho|o|a))?\\b`,
    "\\b(?:tera|teras|recebera|receberas) (?:as )?(?:nossas|minhas) noticias|\\b(?:volto|voltarei|voltaremos|voltamos) a (?:contactar|falar|escrever)|\\bvolto (?:ja )?com (?:uma |a )?(?:resposta|novidades)",
  ],
  timed: [
    "\\b(?:verifico|verificarei|verificaremos|vou verificar|vamos verificar|preparo|prepararei|prepararemos|vou preparar|vamos preparar|reservo|reservarei|reservaremos|consulto|consultarei|consultaremos|vou consultar|trato disso|tratamos disso|vou tratar|vamos tratar)\\b",
    `\\b(?:tera|teras|terao|recebera|receberas|receberao|vai receber|vai ter)\\b.{0,50}\\b(?:${paper})`,
    `\\b(?:o|a|os|as|seu|sua|seus|suas) (?:${paper})\\b.{0,20}\\b(?:estara|estarao|chegara|chegarao)\\b`,
  ],
  conditional:
    "^(?:se|quando|assim que|logo que|depois de|apos)\\b|\\b(?:se|quando|assim que|logo que) (?:voce|o senhor|a senhora|me|nos|confirm\\w+|pag\\w+|quiser\\w*)\\b",
  denied: { before: "\\b(?:nao|nunca|jamais) (?:se |nos |me )?$" },
  time: {
    today: "hoje|esta(?= (?:tarde|noite|manha))",
    tomorrow: "(?<!depois de )amanha",
    dayAfterTomorrow: "depois de amanha",
    weekdays: ["segunda(?:[- ]feira)?", "terca(?:[- ]feira)?", "quarta(?:[- ]feira)?", "quinta(?:[- ]feira)?", "sexta(?:[- ]feira)?", "sabado", "domingo"],
    months: ["janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"],
    dates: ["(?<day>\\d{1,2}) de (?<month>MONTH)", "(?<day>\\d{1,2})/(?<month>\\d{1,2})\\b"],
    morning: "manha",
    noon: "meio-dia|almoco",
    afternoon: "tarde",
    evening: "noite",
    endOfDay: "fi(?:m|nal) do dia",
    endOfWeek: "fi(?:m|nal) da (?:desta )?semana|fi(?:m|nal) desta semana",
    nextWeek: "(?:na |a )?(?:proxima semana|semana que vem)",
    within: "em(?: ate)?|dentro de|no prazo de|nas proximas|nos proximos|daqui a|ate",
    units: { minute: "minutos?|min", hour: "horas?", day: "dias?", businessDay: "dias? uteis|dia util", week: "semanas?" },
    numbers: { um: 1, uma: 1, dois: 2, duas: 2, tres: 3, quatro: 4, cinco: 5, seis: 6, meia: 0.5, alguns: 3, algumas: 3 },
    clock: [
      "(?:as|ate as|das|pelas) (?<hour>\\d{1,2})(?:[:.h](?<minute>\\d{2}))?(?: ?(?:horas?|h))?",
      "(?<hour>\\d{1,2}) ?h(?<minute>\\d{2})?\\b",
      "(?<hour>\\d{1,2}):(?<minute>\\d{2})",
    ],
    before: "antes d[eao]",
    now: "imediatamente|agora mesmo|ja a seguir|num instante|em instantes|de imediato",
  },
};
