import { openEngine } from "../engine.ts";
import { contractChild } from "./contract-child.ts";

contractChild(async (path) => openEngine({ path }));
