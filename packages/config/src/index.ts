export { changedPaths } from "./changed-paths.ts";
export { type CredentialInfo, type CredentialStore, type CredentialStoreOptions, openCredentials } from "./credentials/store.ts";
export { bindHost, dialHost, type Interfaces, usesTls } from "./gateway-address.ts";
export { type ConfigHandlersOptions, configHandlers, configText, patchedText, type WrittenConfig } from "./handlers.ts";
export { parseJson5 } from "./include.ts";
export { type ConfigIssue, configInvalid, issueLine } from "./issue.ts";
export { keepLastGood, lastGoodPath, loadForStart, loadLastGood, type StartConfig } from "./last-good.ts";
export {
  type ConfigFiles,
  type ConfigSnapshot,
  type CredentialReader,
  configHash,
  type LoadOptions,
  loadConfigFile,
  loadConfigText,
  requireConfig,
} from "./load.ts";
export { parseConfig } from "./parse.ts";
export { mergePatch } from "./patch.ts";
export { mask, redact, redactConfig, redactRaw, redactText } from "./redact.ts";
export { type ReloadOutlook, reloadOutlook } from "./reload-outlook.ts";
export { type ConfigChange, planReload, type ReloadPart, type ReloadPlan, type ReloadRule, reloadRules } from "./reload-plan.ts";
export { GatewayConfig } from "./schema.ts";
export { type ConfigSchemaDocument, configSchemaDocument, lookupSchema, type UiHint } from "./schema-json.ts";
export { secretVariable } from "./secret-name.ts";
export { agentSessionsPath, expandHome, locateState, type Place, resolvePath, type StatePaths, statePaths } from "./state-paths.ts";
export type { Environment } from "./substitute.ts";
export { getPath, setPath } from "./value-path.ts";
export { type WatchOptions, watchConfigFile } from "./watch.ts";
export { type WriteOptions, writeConfigFile } from "./write.ts";
