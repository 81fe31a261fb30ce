import type { PromiseLanguage } from "../language.ts";
import { german } from "./de.ts";
import { english } from "./en.ts";
import { spanish } from "./es.ts";
import { french } from "./fr.ts";
import { italian } from "./it.ts";
import { portuguese } from "./pt.ts";

/** Those a promise is recognised in. */
export const languages: readonly PromiseLanguage[] = [english, german, spanish, french, portuguese, italian];
