import type { ChannelLogin, LoginStep } from "@travelagent/channel-kit";
import { TravelAgentError } from "@travelagent/protocol";
import type { Clock } from "@travelagent/protocol/ports";
import { phoneOf, waIdOf } from "../address.ts";
import type { Keeper } from "./keeper.ts";
import type { WebSession } from "./link.ts";

export interface WebLogin extends ChannelLogin {
  /** From the keeper. */
  qr(text: string): void;
  opened(number: string): void;
  notPaired(reason: string): void;
}

const qrForMs = 20_000;
const codeForMs = 160_000;
const firstStepMs = 20_000;

/** A phone lets us in: by a picture it scans, or by a code that is typed on it. */
export function createLogin({ keeper, session, clock }: { keeper: Keeper; session: WebSession; clock: Clock }): WebLogin {
  let step: LoginStep | undefined;
  /** For whom a code is wanted instead of a picture. */
  let phone: string | undefined;
  let underWay = false;
  let heard = new Set<() => void>();

  const tell = (next: LoginStep): void => {
    step = next;
    for (const wake of heard) wake();
    heard = new Set();
  };
  const news = (withinMs: number): Promise<void> =>
    new Promise((resolve) => {
      const disarm = clock.after(withinMs, () => {
        heard.delete(wake);
        resolve();
      });
      const wake = (): void => {
        disarm();
        resolve();
      };
      heard.add(wake);
    });

  async function askForCode(number: string): Promise<void> {
    phone = undefined;
    try {
      const code = await keeper.current()?.pairingCode(number);
      if (code !== undefined) tell({ state: "type", code, expiresAt: clock.now() + codeForMs });
    } catch {
      tell({ state: "failed", reason: "WhatsApp gave no code for this number" });
    }
  }

  return {
    async begin(options = {}) {
      if (session.isConnected()) throw new TravelAgentError("CONFLICT", "a phone is connected already: log out first");
      const number = options.phone === undefined ? undefined : phoneOf(options.phone);
      if (number === null) throw new TravelAgentError("INVALID_REQUEST", "the phone's number needs its country code, such as +34 600 111 222");
      if (underWay && number === undefined && step) return step;
      keeper.stop();
      // What an attempt before has left would be taken for somebody connected.
      await session.clear();
      underWay = true;
      step = undefined;
      phone = number === undefined ? undefined : waIdOf(number);
      keeper.start({ pairing: true });
      await news(firstStepMs);
      return step ?? { state: "waiting" };
    },

    async wait(timeoutMs) {
      if (!underWay && step) return step;
      const before = step;
      await news(timeoutMs);
      return step === undefined || step === before ? { state: "waiting" } : step;
    },

    async logout() {
      underWay = false;
      step = undefined;
      await keeper
        .open()
        ?.logout()
        .catch(() => undefined);
      keeper.stop();
      await session.clear();
      keeper.start();
    },

    qr(text) {
      if (!underWay) return;
      if (phone !== undefined) return void askForCode(phone);
      // Who types needs no picture.
      if (step?.state !== "type") tell({ state: "scan", qr: text, expiresAt: clock.now() + qrForMs });
    },
    opened(number) {
      underWay = false;
      tell({ state: "connected", as: number });
    },
    notPaired(reason) {
      if (!underWay) return;
      underWay = false;
      tell({ state: "failed", reason });
    },
  };
}
