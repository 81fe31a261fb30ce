import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resolvePath } from "@travelagent/config";
import { type Handlers, TravelAgentError } from "@travelagent/protocol";
import type { PersonalDataStore } from "@travelagent/protocol/personal-data";
import {
  createTemplateSender,
  loadTemplates,
  type MayContact,
  type TemplateSender,
  type TemplateSet,
  templateHandlers,
  templatePersonalData,
} from "@travelagent/templates";
import type { AgencyOf, Crm } from "@travelagent/tools-crm";
import type { OpenedConsent } from "./consent.ts";
import { contactFacts } from "./contact-facts.ts";
import type { CustomersOptions } from "./open-customers.ts";

export interface OpenedTemplates {
  /** How the agency writes unasked: by template, and when the customer's hours allow it. */
  sender: TemplateSender;
  handlers: Handlers;
  personalData: PersonalDataStore;
  resume(): Promise<void>;
}

export interface TemplatesOptions extends Pick<CustomersOptions, "config" | "paths" | "db" | "work" | "clock" | "log" | "gateway" | "timeZone"> {
  crm: Pick<Crm, "get">;
  consents: Pick<OpenedConsent["consents"], "mayContact">;
  /** Which brand an account belongs to. */
  agencyOf: AgencyOf;
}

/** Beside the bundle where it was built, in its package when run from source. */
function shippedTemplates(): string {
  const built = fileURLToPath(new URL("./templates", import.meta.url));
  return existsSync(built) ? built : fileURLToPath(new URL("../../../../packages/templates/templates", import.meta.url));
}

/** Files are looked at again when they were last read so long ago. */
const freshMs = 30_000;

export async function openTemplates({
  config,
  paths,
  db,
  work,
  clock,
  log,
  gateway,
  timeZone,
  crm,
  consents,
  agencyOf,
}: TemplatesOptions): Promise<OpenedTemplates> {
  const facts = contactFacts({ crm, config, gateway, timeZone });
  const { dir } = config().templates;
  const own = dir === undefined ? join(paths.base, "templates") : resolvePath(dir, { home: homedir(), base: paths.base });
  // A folder that is named and not there would silently leave the agency's words unsaid.
  if (dir !== undefined && !existsSync(own)) throw new TravelAgentError("CONFIG_INVALID", `templates.dir: there is no directory ${own}`);
  let read: { at: number; set: TemplateSet } | undefined;
  const templates = (): TemplateSet => {
    if (!read || clock.now() - read.at > freshMs || clock.now() < read.at) {
      const before = read?.set.problems.length;
      read = {
        at: clock.now(),
        set: loadTemplates([
          { path: shippedTemplates(), source: "shipped" },
          { path: own, source: "agency" },
        ]),
      };
      const { problems } = read.set;
      if (problems.length > 0 && problems.length !== before)
        log.warn("some templates are not in order; run travelagent templates lint", { problems: problems.length });
    }
    return read.set;
  };

  const mayContact: MayContact = async ({ sessionKey, customerId, channel, purpose }) => {
    // What the law has us say is said whatever the customer wants to hear.
    if (purpose === "legal") return { allowed: true };
    const address = (await gateway().correspondence.conversation(sessionKey))?.address;
    const agency = address && agencyOf(address);
    const verdict = await consents.mayContact(
      {
        identities: address ? [{ channel, peerId: address.peerId }] : [],
        ...(customerId === undefined ? {} : { customerIds: [customerId] }),
        ...(agency === undefined ? {} : { agency }),
      },
      channel,
      purpose,
    );
    return verdict.allowed ? { allowed: true } : { allowed: false, reason: verdict.reason };
  };

  const agencyLocale = () => config().agency.locale;
  const sender = createTemplateSender({
    db,
    work,
    clock,
    log,
    templates,
    recipient: facts,
    mayContact,
    agencyLocale,
    hours() {
      const { from, to, days } = config().templates.quietHours;
      return { quiet: { from, to }, ...(days ? { days } : {}) };
    },
    tell: (news) => gateway().tell(news),
  });
  await sender.migrate();
  return {
    sender,
    handlers: templateHandlers({ templates, sender, agencyLocale, timeZone }),
    personalData: templatePersonalData({ db }),
    resume: () => sender.resume(),
  };
}
