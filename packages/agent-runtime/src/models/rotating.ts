import type { Model, ModelEvent, ModelRequest } from "../model.ts";
import { isFaultOfKey, type KeyRef, type KeyRing } from "./key-ring.ts";

/** The same model of the same provider, asked with one key. */
export interface KeyedModel {
  key: KeyRef;
  model: Model;
}

/** Which key a session keeps to. One that a person chose is the only one; one that came about may give way to another. */
export interface KeyPin {
  id: string;
  source: "auto" | "user";
}

export interface RotatingOptions {
  /** One at least. */
  keys: readonly [KeyedModel, ...KeyedModel[]];
  ring: KeyRing;
  /** Ask in the given order, instead of the one that rested longest first. */
  fixedOrder?: boolean;
  /** Of a key that is not among `keys`: as if there were none. */
  pin?: KeyPin | undefined;
  /** Told with every answer which key gave it. */
  onKey?(id: string): void;
}

/**
 * One model behind several keys. When a key is refused or used up, the next one is asked before anything of the answer was
 * shown; an answer that breaks off later is a failure of the model like any other. Keys that cool down are left in peace
 * unless all do: then the one that is free first is asked, once. Calls of one turn keep to the key that answered the first.
 */
export function rotating({ keys, ring, fixedOrder = false, pin, onKey }: RotatingOptions): Model {
  const [{ model }] = keys;
  const pinned = keys.find(({ key }) => key.id === pin?.id);
  const allowed = pinned && pin?.source === "user" ? [pinned] : keys;
  let preferred = pinned?.key.id;

  const candidates = (): KeyedModel[] => {
    const { ready, cooling } = ring.order(
      allowed.map(({ key }) => key),
      { fixed: fixedOrder },
    );
    const chosen = ready.length > 0 ? ready : cooling.slice(0, 1);
    const first = chosen.filter(({ id }) => id === preferred);
    return [...first, ...chosen.filter(({ id }) => id !== preferred)].map(({ id }) => allowed.find(({ key }) => key.id === id)!);
  };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void, undefined> {
    let failure: unknown;
    for (const { key, model: keyed } of candidates()) {
      let begun = false;
      try {
        for await (const event of keyed.stream(request, signal)) {
          begun = true;
          // Noted before it is passed on: nobody has to listen any longer after the end.
          if (event.type === "end") {
            ring.succeeded(key);
            preferred = key.id;
            onKey?.(key.id);
          }
          yield event;
        }
        return;
      } catch (error) {
        ring.failed(key, error);
        if (begun || !isFaultOfKey(error)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  return {
    provider: model.provider,
    id: model.id,
    contextWindow: model.contextWindow,
    ...(model.seesImages ? { seesImages: true } : {}),
    ...(model.accepts ? { accepts: (request: ModelRequest) => model.accepts!(request) } : {}),
    restsUntil: () => Math.min(...allowed.map(({ key }) => ring.until(key))),
    stream,
  };
}
