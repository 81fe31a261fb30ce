import { type ComponentProps, type FunctionComponent, useEffect, useState } from "react";

type CardsComponent = FunctionComponent<ComponentProps<typeof import("./Cards.tsx").Cards>>;
let loading: Promise<CardsComponent> | undefined;
let loaded: CardsComponent | undefined;

/** For pages that show cards all the time and load nothing later: the console asks for no file while people work. */
export function haveCards(component: CardsComponent): void {
  loaded = component;
}

/** Most visitors only look: what shows cards is loaded with the first one. Undefined until it is there. */
export function useLaterCards(needed: boolean): CardsComponent | undefined {
  const [, setLoaded] = useState(loaded !== undefined);
  useEffect(() => {
    if (!needed || loaded) return;
    let gone = false;
    loading ??= import("./Cards.tsx").then(({ Cards }) => Cards);
    loading.then(
      (component) => {
        loaded = component;
        if (!gone) setLoaded(true);
      },
      () => {
        // The network was away: the next card tries again.
        loading = undefined;
      },
    );
    return () => {
      gone = true;
    };
  }, [needed]);
  return loaded;
}
