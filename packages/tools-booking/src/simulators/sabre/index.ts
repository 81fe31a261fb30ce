export { type SabreDialectOptions, sabreDialect } from "./sabre.ts";
