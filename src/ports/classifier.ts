import type { Nano } from '../core/money.ts'
import type { PromptClass } from '../core/purpose/prompt-class.ts'
import type { PaidTool } from './paid-tool.ts'

/** What a prompt is about, or why nobody said so. */
export type Classification = (
  | { readonly ok: true; readonly answer: PromptClass }
  | { readonly ok: false; readonly reason: string }
) & {
  /** What it cost, also without an answer; undefined when nobody knows, which is not nothing. */
  readonly costNano: Nano | undefined
}

/** Reads a prompt and says what it is about. The prompt is data, never an instruction. */
export interface Classifier extends PaidTool {
  /** Longest that one answer is waited for. */
  readonly timeoutMs: number
  /** Never rejects. @param purposes the names that it may choose from. */
  classify(
    prompt: string,
    purposes: readonly string[],
    signal?: AbortSignal,
  ): Promise<Classification>
}
