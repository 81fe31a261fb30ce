export { type DatabaseOptions, type OpenDatabase, openDatabase } from "./database.ts";
export { type EngineOptions, openEngine } from "./engine.ts";
export { type WorkPersonalData, type WorkPersonalDataOptions, workPersonalData } from "./personal-data.ts";
