import type { ModelImage, ToolContext } from "@travelagent/agent-runtime";

/** Who looks at pictures. */
export interface Vision {
  /**
   * What it says about a picture, without what surrounds it. Raises the codes of `Model.stream` when nobody could look, and `UNAVAILABLE` when there is
   * nobody to look for this agent. Nothing of the picture is kept.
   */
  describe(image: ModelImage, prompt: string, context: Pick<ToolContext, "turn" | "toolCallId" | "signal">): Promise<string>;
}
