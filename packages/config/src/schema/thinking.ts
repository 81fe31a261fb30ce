import { thinkingLevels } from "@travelagent/protocol/turn";
import * as z from "zod";

/** How long a model thinks before it answers. */
export const thinking = () => z.enum(thinkingLevels);
