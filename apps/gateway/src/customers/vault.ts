import { join } from "node:path";
import type { Model, ModelEvent, Tool } from "@travelagent/agent-runtime";
import type { Gate } from "@travelagent/agent-runtime/gate";
import { cardFree, type HttpRoute, type PaperKeeper, type PartRemover } from "@travelagent/gateway-core";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import type { TurnScope } from "@travelagent/protocol/turn";
import { documentTools, type KeptPaper, type PaperDesk, type PaperOpener, tokenIn } from "@travelagent/tools-booking/documents";
import type { Crm } from "@travelagent/tools-crm";
import { createVault, type DocumentView, documentKinds, plainNumber, type Vault, vaultPersonalData } from "@travelagent/vault";
import { credentialsOf } from "../configuration/credentials-of.ts";
import { cardParts } from "./card-parts.ts";
import type { CustomersOptions } from "./open-customers.ts";
import { vaultHandlers } from "./vault-handlers.ts";
import { credentialKeys } from "./vault-keys.ts";
import { vaultRoutes } from "./vault-routes.ts";

export interface OpenedVault {
  vault: Vault;
  /** For the gateway: keeps the numbers of papers that people type. */
  papers: PaperKeeper;
  /** For the gateway: takes parts of a card number out of what was kept. */
  removeParts: PartRemover;
  desk: PaperDesk;
  /** For suppliers: opens papers within one purchase. */
  open: PaperOpener;
  tools: readonly Tool[];
  handlers: Handlers;
  routes: readonly HttpRoute[];
  personalData: PersonalDataStore;
  /** The same model; a number that it gives in clear is sealed before anything else sees the call. */
  model(model: Model, turn: TurnScope): Model;
  /** The same gate, for programs that call tools: numbers of papers are sealed and card numbers taken out before anything is kept. */
  gate(gate: Gate): Gate;
  resume(): Promise<void>;
}

const asKept = ({ id, kind, holder, country, expiresOn, issuer, masked, version }: DocumentView): KeptPaper => ({
  id,
  kind,
  holder,
  ...(country === undefined ? {} : { country }),
  ...(expiresOn === undefined ? {} : { expiresOn }),
  ...(issuer === undefined ? {} : { issuer }),
  masked: masked.number ?? "",
  version,
});

/** Papers and files of customers. */
export async function openVault({ db, env, paths, clock, log, sessions, crm }: CustomersOptions & { crm: Crm }): Promise<OpenedVault> {
  const files = join(paths.data, "vault");
  const keys = credentialKeys(credentialsOf(paths, env, clock));
  const vault = await createVault({ db, keys, clock, files });

  const customerOf = async (turn: TurnScope): Promise<string | undefined> =>
    turn.chatType === "group"
      ? undefined
      : (turn.customerId ?? (await sessions.get(turn.sessionKey))?.customerId ?? (await crm.byIdentity(turn.channel, turn.peerId))?.id);

  const desk: PaperDesk = {
    async list(turn) {
      const customerId = await customerOf(turn);
      return customerId === undefined ? [] : (await vault.list(customerId)).documents.map(asKept);
    },
    held: (turn, token) => vault.held(turn.sessionKey, token),
    async save(turn, { token, ...paper }, idempotencyKey) {
      const customerId = await customerOf(turn);
      if (customerId === undefined)
        throw new TravelAgentError(
          "CONFLICT",
          "there is no record of this customer yet: make it with create_customer from what they said, then save the document",
        );
      const { document } = await vault.add({ ...paper, customerId, number: { token, sessionKey: turn.sessionKey } }, { actor: "agent", idempotencyKey });
      return asKept(document);
    },
  };

  /** The arguments of `save_document` as they may be kept. */
  const sealed = async (args: unknown, sessionKey: string): Promise<unknown> => {
    if (typeof args !== "object" || args === null) return args;
    const { number, kind } = args as { number?: unknown; kind?: unknown };
    const text = typeof number === "number" ? String(number) : number;
    if (typeof text !== "string" || tokenIn(text) !== undefined || plainNumber(text) === undefined) return args;
    const known = documentKinds.find((one) => one === kind) ?? "passport";
    return { ...args, number: (await vault.hold({ sessionKey, kind: known, number: text })).token };
  };

  return {
    vault,
    papers: { hold: (paper) => vault.hold(paper) },
    removeParts: cardParts({ db, sessions, workspace: paths.workspace, clock, log }),
    desk,
    async open(papers, to) {
      return Promise.all(
        papers.map(async ({ id, kind }) => {
          const view = await vault.get(id);
          if (!view) throw new TravelAgentError("NOT_FOUND", `the ${kind.replaceAll("-", " ")} of a traveller is no longer there; ask for it again`);
          const { number, nationality, issuedOn } = await vault.release({ documentId: id, to, fields: ["number", "nationality", "issuedOn"] });
          return {
            kind,
            number: number!,
            ...(view.country === undefined ? {} : { country: view.country }),
            ...(nationality === undefined ? {} : { nationality }),
            ...(view.expiresOn === undefined ? {} : { expiresOn: view.expiresOn }),
            ...(issuedOn === undefined ? {} : { issuedOn }),
            ...(view.issuer === undefined ? {} : { issuer: view.issuer }),
          };
        }),
      );
    },
    tools: documentTools(desk),
    handlers: vaultHandlers(vault, crm),
    routes: vaultRoutes(vault, crm),
    personalData: vaultPersonalData({ vault, db, clock, files }),
    model: (model, { sessionKey }) => ({
      provider: model.provider,
      id: model.id,
      contextWindow: model.contextWindow,
      ...(model.seesImages ? { seesImages: true } : {}),
      ...(model.accepts ? { accepts: (request) => model.accepts!(request) } : {}),
      ...(model.restsUntil ? { restsUntil: () => model.restsUntil!() } : {}),
      async *stream(request, signal): AsyncGenerator<ModelEvent, void, undefined> {
        for await (const event of model.stream(request, signal))
          if (event.type === "toolCall" && event.name === "save_document")
            yield { ...event, arguments: (await sealed(event.arguments, sessionKey)) as Record<string, unknown> };
          else yield event;
      },
    }),
    gate: (gate) => ({
      ...gate,
      async call(request, turn, signal) {
        const args = request.name === "save_document" ? await sealed(request.args, turn.sessionKey) : request.args;
        // What a model gives it was shown; what a program gives is its own.
        return gate.call({ ...request, args: request.actor === undefined ? args : cardFree(args) }, turn, signal);
      },
    }),
    async resume() {
      await vault.prune();
      if (await vault.isRotating()) await vault.rotate();
    },
  };
}
