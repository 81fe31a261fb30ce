import type { DoorLocale } from "../texts.ts";

/** What a text asks for that no travel agency does. */
export type Topic = "writing" | "code" | "homework" | "entertainment" | "cooking" | "news" | "investing";

/** In a text without accents, in small letters. Whole requests, verb and object: a word alone decides nothing. */
export const offTopic: Readonly<Record<DoorLocale, readonly (readonly [Topic, RegExp])[]>> = {
  en: [
    [
      "writing",
      /\b(?:write|compose|draft|generate|create|make)\b.{0,40}\b(?:essay|poem|haiku|sonnet|limerick|short story|fairy tale|novel|lyrics|rap|cover letter|resume|cv|blog (?:post|article)|thesis|dissertation|book report|speech)\b/,
    ],
    [
      "code",
      /\b(?:write|generate|create|debug|fix|refactor|review|explain|learn)\b.{0,40}\b(?:python|javascript|typescript|sql|regex|source code|web ?site|mobile app|unit tests?)\b/,
    ],
    [
      "code",
      /\bwrite\b.{0,15}\b(?:code|(?:script|function|program) (?:that|to|which|in))\b|\b(?:debug|refactor|review|fix) (?:this|my|the) (?:code|script|function|program)\b/,
    ],
    ["homework", /\b(?:do|solve|finish|help\b.{0,12}|check)\b.{0,15}\b(?:homework|coursework|school assignment|maths? (?:problem|exercise|exam))\b/],
    [
      "homework",
      /\bsolve\b.{0,25}\b(?:equation|integral|derivative|for x|puzzle|sudoku)\b|\bsquare root of \d|\b(?:what is|calculate) \d+ (?:times|multiplied by|divided by) \d+/,
    ],
    ["entertainment", /\btell\b.{0,40}\b(?:a|another|some)\b.{0,40}\b(?:jokes?|riddles?|bedtime story|fairy tale|ghost story)\b/],
    ["cooking", /\brecipes? (?:for|of)\b|\bhow (?:do i|do you|to|can i) (?:cook|bake)\b/],
    ["news", /\bwho (?:won|will win)\b.{0,40}\b(?:elections?|world cup|super bowl|league|match|game|oscars?|championship)\b/],
    ["investing", /\bshould i (?:buy|sell|invest in)\b.{0,20}\b(?:bitcoin|crypto\w*|stocks|shares|ethereum)\b/],
  ],
  de: [
    [
      "writing",
      /\b(?:schreib\w*|verfass\w*|dichte\w*|erstell\w*|generier\w*)\b.{0,40}\b(?:aufsatz|essay|gedicht|referat|hausarbeit|bachelorarbeit|masterarbeit|kurzgeschichte|marchen|roman|liedtext|songtext|lebenslauf|bewerbung\w*|blogartikel|rede)\b/,
    ],
    [
      "code",
      /\b(?:schreib\w*|programmier\w*|erstell\w*|debugg\w*|korrigier\w*|erklar\w*)\b.{0,40}(?:\b(?:python|javascript|typescript|sql|regex|quellcode|webseite|website)\b|\bpython-\w+)/,
    ],
    ["homework", /\b(?:los|lose|losen|hilf|helfen|mach|mache|erledig\w*|rechne)\b.{0,40}(?:hausaufgab|matheaufgab|gleichung|\bintegral|\bableitung)/],
    ["homework", /(?:hausaufgab\w*|matheaufgab\w*|gleichung)\b.{0,40}\b(?:hilf\w*|helfen|losen|machen|erledigen)\b/],
    ["entertainment", /\berzahl\w*\b.{0,40}\b(?:witz|witze|marchen|gutenachtgeschichte|ratsel)\b/],
    ["cooking", /\brezept\b.{0,20}\b(?:\w*kuchen|lasagne|\w*suppe|\w*brot|pizza|gulasch|torte|pasta|schnitzel)\b|\bwie (?:koche|backe)\b/],
    ["news", /\bwer hat\b.{0,40}\b(?:wm|bundesliga|spiel|wahl|wahlen|champions league|meisterschaft)\b.{0,20}\bgewonnen\b/],
    ["investing", /\bsoll(?:te)? ich\b.{0,20}\b(?:bitcoin\w*|krypto\w*|aktien)\b/],
  ],
  es: [
    [
      "writing",
      /\b(?:escribe|escribeme|escriba|escribir|escribirme|redacta|redactame|redactar|compon|componme|crea|creame|genera|hazme)\b.{0,40}\b(?:ensayo|poema|poesia|soneto|cuento|novela|letra de (?:una )?cancion|tesis|curriculum|carta de presentacion|articulo (?:para|de) (?:un |mi )?blog|discurso)\b/,
    ],
    [
      "code",
      /\b(?:escrib\w*|crea\w*|genera\w*|programa\w*|depura\w*|corrige\w*|explica\w*)\b.{0,40}\b(?:python|javascript|typescript|sql|regex|codigo fuente|sitio web|pagina web)\b/,
    ],
    ["homework", /\b(?:ayuda\w*|resuelv\w*|resolver|haz|hazme|hacer)\b.{0,30}\b(?:deberes|tarea (?:de|escolar)|ecuacion|integral|derivada)\b/],
    ["entertainment", /\bcuenta\w*\b.{0,40}\b(?:un|otro|algun)\b.{0,40}\b(?:chiste|cuento|acertijo)\b/],
    [
      "cooking",
      /\breceta (?:de|para)\b.{0,25}\b(?:tortilla|paella|pastel|tarta|pan|lasana|sopa|pizza|bizcocho|galletas|gazpacho)\b|\bcomo (?:cocino|se cocina|horneo)\b/,
    ],
    ["news", /\bquien gano\b.{0,40}\b(?:liga|mundial|partido|elecciones|champions)\b/],
    ["investing", /\b(?:deberia|debo|conviene) (?:comprar|vender|invertir)\b.{0,20}\b(?:bitcoin|cripto\w*|acciones)\b/],
  ],
  fr: [
    [
      "writing",
      /(?<!j['’ ])\b(?:ecris|ecrivez|ecrire|redige|redigez|rediger|compose|composez|cree|creez|genere|generez)\b.{0,40}\b(?:dissertation|redaction|poeme|poesie|sonnet|conte|roman|chanson|memoire de|these|lettre de motivation|cv|article de blog|discours)\b/,
    ],
    [
      "code",
      /\b(?:ecri\w*|programme\w*|cree\w*|genere\w*|debogu\w*|corrige\w*|explique\w*)\b.{0,40}\b(?:python|javascript|typescript|sql|regex|code source|site web)\b/,
    ],
    ["homework", /\b(?:aide\w*|fais|faites|faire|resous|resolvez|resoudre)\b.{0,30}\b(?:devoirs|exercice de|equation|integrale|derivee)\b/],
    ["entertainment", /\braconte\w*\b.{0,40}\b(?:blague|histoire drole|conte|devinette)\b/],
    ["cooking", /\brecette (?:de|du|des|pour)\b|\bcomment (?:cuisiner|faire cuire)\b/],
    ["news", /\bqui a gagne\b.{0,40}\b(?:coupe|match|ligue|elections?|championnat)\b/],
    ["investing", /\b(?:dois-je|devrais-je|faut-il) (?:acheter|vendre|investir)\b.{0,20}\b(?:bitcoin|crypto\w*|actions)\b/],
  ],
  pt: [
    [
      "writing",
      /\b(?:escreve|escreva|escrever|escreva-me|redija|redigir|componha|crie|cria|gere)\b.{0,40}\b(?:redacao|ensaio|poema|poesia|soneto|um conto|romance|letra de (?:uma )?(?:musica|cancao)|tese|tcc|monografia|curriculo|carta de apresentacao|artigo (?:de|para) (?:um |o meu )?blog|discurso)\b/,
    ],
    [
      "code",
      /\b(?:escrev\w*|crie|cria|criar|programe|programa|depure|corrija|explique)\b.{0,40}\b(?:python|javascript|typescript|sql|regex|codigo fonte|um site|site web)\b/,
    ],
    ["homework", /\b(?:ajud\w*|resolv\w*|faz|faca|fazer)\b.{0,30}\b(?:trabalho de casa|dever de casa|licao de casa|equacao|integral|derivada|tpc)\b/],
    ["entertainment", /\bcont[ae]\w*\b.{0,40}\b(?:uma|outra)\b.{0,40}\b(?:piada|anedota|adivinha|historia para dormir)\b/],
    ["cooking", /\breceita (?:de|para)\b.{0,25}\b(?:bolo|feijoada|pao|lasanha|sopa|pizza|brigadeiro|bacalhau)\b|\bcomo (?:cozinho|cozinhar|assar)\b/],
    ["news", /\bquem (?:ganhou|venceu)\b.{0,40}\b(?:copa|jogo|eleicoes|campeonato|liga)\b/],
    ["investing", /\b(?:devo|deveria) (?:comprar|vender|investir)\b.{0,20}\b(?:bitcoin|cripto\w*|acoes)\b/],
  ],
  it: [
    [
      "writing",
      /\b(?:scrivi|scrivimi|scriva|scrivere|scrivermi|componi|componimi|redigi|crea|creami|genera)\b.{0,40}\b(?:un tema|saggio|poesia|poema|sonetto|racconto|romanzo|testo di (?:una )?canzone|canzone|tesi|tesina|curriculum|lettera di presentazione|articolo (?:di|per) (?:un |il mio )?blog|discorso)\b/,
    ],
    [
      "code",
      /\b(?:scriv\w*|crea\w*|genera\w*|programma\w*|correggi\w*|spiega\w*)\b.{0,40}\b(?:python|javascript|typescript|sql|regex|codice sorgente|sito web)\b/,
    ],
    ["homework", /\b(?:aiut\w*|risolv\w*|fai|fammi|fare)\b.{0,30}\b(?:compiti|equazione|integrale|derivata|esercizio di)\b/],
    ["entertainment", /\bracconta\w*\b.{0,40}\b(?:barzelletta|favola|indovinello|storia della buonanotte)\b/],
    [
      "cooking",
      /\bricetta (?:di|per|della|del|dei|delle)\b.{0,25}\b(?:torta|lasagne|pizza|pane|zuppa|tiramisu|carbonara|ragu)\b|\bcome (?:cucino|si cucina)\b/,
    ],
    ["news", /\bchi ha vinto\b.{0,40}\b(?:partita|scudetto|mondiali|elezioni|campionato)\b/],
    ["investing", /\b(?:dovrei|conviene|devo) (?:comprare|vendere|investire)\b.{0,20}\b(?:bitcoin|cripto\w*|azioni)\b/],
  ],
};
