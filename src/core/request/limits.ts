/** Limits of a request, each with the reason or source of its number. */
export const requestLimits = {
  /** OpenAI's Images API takes n from 1 to 10 (API reference, read 2026-11-20). */
  maxImages: 10,
  /** GPT image models take 32,000 characters (same source). */
  maxPromptCharacters: 32_000,
  /** Up to 16 input images per edit (same source). */
  maxInputImages: 16,
  /** Any single input image, in bytes: OpenAI's 50 MB. */
  maxImageBytes: 50 * 1024 * 1024,
  /** Pictures that those of a request are compared with, as many as a gate takes. */
  maxReferences: 16,
  /** One of them that is sent along: embedders shrink them all. */
  maxReferenceBytes: 16 * 1024 * 1024,
  /** More pixels than this are refused from the header alone, before any decoding. */
  maxImagePixels: 50_000_000,
  /** An edge beyond this is no picture that any provider makes or takes. */
  maxEdge: 16_384,
  minEdge: 16,
  /** Factors that edges are enlarged by; no public service goes beyond 16. */
  minScale: 2,
  maxScale: 16,
  /** What to find in a picture is named in a few words. */
  maxSearchCharacters: 10_000,
  /** A share of 1 would promise that people like everything. */
  maxFloor: 0.999,
  /** Device pixels of each CSS pixel; no screen of 2026 has more than 4. */
  maxPixelRatio: 4,
  maxPartialImages: 3,
  maxSteps: 500,
  maxTags: 32,
  maxTagCharacters: 128,
  /** A label such as purpose, category, user or group. */
  maxLabelCharacters: 256,
  /** Longest time a caller may let a request run: 24 hours. */
  maxDeadlineMs: 86_400_000,
  /**
   * Longest time a picture may answer equal requests: 365 days, far inside what a date can hold.
   */
  maxCacheTtlMs: 365 * 86_400_000,
  /** Objects inside objects in provider options; deeper ones would only exhaust the stack. */
  maxOptionDepth: 16,
  /** Seeds are unsigned 32-bit at every provider that has them. */
  maxSeed: 4_294_967_295,
} as const
