import { type DoorLocale, doorLocales } from "../texts.ts";
import { offTopic, type Topic } from "./off-topic.ts";
import { hasTravelWord } from "./travel-words.ts";

/** Longer texts are read to this length; whoever writes so much is read by a model. */
const mostCharacters = 4_000;

/**
 * What a message asks for that is none of an agency's business, and the language it asks in; undefined when it is, may be, or nobody can
 * tell. By rules alone: a request that names something else outright, and not one word of travel beside it.
 */
export function offTopicIn(text: string): { topic: Topic; locale: DoorLocale } | undefined {
  if (text.length > mostCharacters) return undefined;
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/ß/g, "ss").replace(/\s+/g, " ");
  for (const locale of doorLocales)
    for (const [topic, pattern] of offTopic[locale]) if (pattern.test(plain)) return hasTravelWord(plain) ? undefined : { topic, locale };
  return undefined;
}
