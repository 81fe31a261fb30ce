/** What one model is always asked with. */
export interface OpenAiDefaults {
  provider: string;
  model: string;
  maxTokens: number | undefined;
  reasoningEffort: "minimal" | "low" | "medium" | "high" | undefined;
  /** Not a compatible server, which may not know the newer parameters. */
  ownVendor: boolean;
}
