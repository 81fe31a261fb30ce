export { type TemplateHandlersOptions, templateHandlers } from "./handlers.ts";
export { loadTemplates, type TemplateFolder } from "./load.ts";
export { templatePersonalData } from "./personal-data.ts";
export { type MessageKind, messageKinds, nextAllowed, type QuietHours, type SendingHours } from "./quiet-hours.ts";
export { type Rendered, type RenderFor, render } from "./render.ts";
export {
  createTemplateSender,
  type MayContact,
  type Recipient,
  type Sending,
  type SendRequest,
  type TemplateSender,
  type TemplateSenderOptions,
} from "./send.ts";
export type { Purpose, Template, TemplateProblem, TemplateSet, Variables, VariableType, Variant } from "./template.ts";
