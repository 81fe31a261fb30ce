/** The part of the vendor's `generateContent` format that is used here. */
export interface Part {
  text?: string;
  /** A picture, in base64. */
  inlineData?: { mimeType: string; data: string };
  /** The text is a summary of what it thought. */
  thought?: boolean;
  /** What must come back with this very part. */
  thoughtSignature?: string;
  functionCall?: { id?: string; name?: string; args?: unknown };
  functionResponse?: { id?: string; name: string; response: Record<string, unknown> };
}

export interface Content {
  role: "user" | "model";
  parts: Part[];
}

export interface ThinkingConfig {
  includeThoughts?: boolean;
  thinkingBudget?: number;
  thinkingLevel?: "MINIMAL" | "LOW" | "MEDIUM" | "HIGH";
}

export interface GenerateContentRequest {
  systemInstruction?: { parts: Part[] };
  contents: Content[];
  tools?: [{ functionDeclarations: { name: string; description: string; parametersJsonSchema: Record<string, unknown> }[] }];
  generationConfig: { maxOutputTokens?: number; temperature?: number; thinkingConfig?: ThinkingConfig };
}

export interface UsageMetadata {
  /** Cached tokens are in it. */
  promptTokenCount?: number;
  cachedContentTokenCount?: number;
  toolUsePromptTokenCount?: number;
  candidatesTokenCount?: number;
  thoughtsTokenCount?: number;
}

export interface GenerateContentChunk {
  candidates?: { content?: { parts?: Part[] }; finishReason?: string; finishMessage?: string }[];
  promptFeedback?: { blockReason?: string };
  usageMetadata?: UsageMetadata;
  error?: unknown;
}
