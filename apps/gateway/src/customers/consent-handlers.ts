import type { Consents, Disclosures, Who } from "@travelagent/privacy";
import { type ConsentEntry, type Handlers, type ParsedParams, TravelAgentError } from "@travelagent/protocol";

type Named = { customerId?: string; channel?: string; peerId?: string; agency?: string };

export interface ConsentHandlersOptions {
  consents: Consents;
  disclosures: Disclosures;
  /** Raises `NOT_FOUND` for an unknown customer. */
  whoIs(named: Named): Promise<Who>;
  sessionsOf(customerId: string): Promise<string[]>;
}

const given = <T extends Record<string, unknown>>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

const named = ({ customerId, channel, peerId, agency }: { [K in keyof Named]?: Named[K] | undefined }): Named =>
  given({ customerId, channel, peerId, agency }) as Named;

/** The ledger of consents on the wire. */
export function consentHandlers({ consents, disclosures, whoIs, sessionsOf }: ConsentHandlersOptions): Handlers {
  const write = async (
    kind: ConsentEntry["kind"],
    { customerId, channel, peerId, agency, purpose, how = "operator", text, messageId, locale, at, idempotencyKey }: ParsedParams<"consents.withdraw">,
    operator: string,
  ) => {
    if (customerId === undefined && peerId === undefined)
      throw new TravelAgentError("INVALID_REQUEST", "say whose consent it is: customerId, or peerId on the channel");
    const who = await whoIs(named({ customerId, channel, peerId, agency }));
    const entry = await consents.record({
      kind,
      channel,
      purpose,
      ...given({ customerId, agency: who.agency }),
      ...(peerId === undefined ? {} : { identity: { channel, peerId } }),
      proof: { how, operator, ...given({ text, messageId, locale }) },
      ...(at === undefined ? {} : { at: Date.parse(at) }),
      key: `wire:${operator}:${idempotencyKey}`,
    });
    return { entry };
  };

  return {
    async "consents.list"(params) {
      const { customerId, channel, peerId, agency, sessionKey, limit, cursor } = params ?? {};
      if (channel !== undefined && peerId === undefined)
        throw new TravelAgentError("INVALID_REQUEST", "channel names where peerId is known; give both, or neither");
      const person = customerId !== undefined || peerId !== undefined;
      const who = person ? await whoIs(named({ customerId, channel, peerId, agency })) : undefined;
      const keys = sessionKey !== undefined ? [sessionKey] : customerId !== undefined ? await sessionsOf(customerId) : person ? [] : undefined;
      const [page, current, shown] = await Promise.all([
        sessionKey !== undefined && !person ? { entries: [] } : consents.list(who, given({ limit, cursor })),
        who && consents.current(who),
        cursor === undefined ? disclosures.list(keys, limit) : [],
      ]);
      return { ...page, ...(current ? { current: current.map((one) => ({ ...one })) } : {}), disclosures: shown };
    },
    "consents.record": (params, call) => write("consent", params, call.actor),
    "consents.withdraw": (params, call) => write("withdrawal", params, call.actor),
    async "consents.check"({ customerId, channel, peerId, agency, purpose }) {
      const verdict = await consents.mayContact(await whoIs(named({ customerId, channel, peerId, agency })), channel, purpose);
      return verdict.allowed ? { allowed: true, basis: verdict.basis } : { allowed: false, code: verdict.code, reason: verdict.reason };
    },
  };
}
