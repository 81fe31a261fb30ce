export { canonicalField, joinName, splitName } from "./canonical.ts";
export {
  type CrmHttp,
  type CrmHttpOptions,
  type CrmProblem,
  type CrmReply,
  type CrmRequest,
  type CrmToken,
  crmHttp,
  fetchedToken,
  fixedToken,
} from "./http.ts";
export {
  type ContactField,
  type ContactFields,
  type CrmCall,
  type CrmCapabilities,
  type CrmChange,
  type CrmContact,
  type CrmLead,
  type CrmNote,
  type CrmProvider,
  type CrmWrite,
  contactFields,
  type WebhookDelivery,
} from "./provider.ts";
