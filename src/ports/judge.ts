import type { Nano } from '../core/money.ts'
import type { JudgeAnswer } from '../core/quality/judge-answer.ts'
import type { Requirement } from '../core/quality/requirements.ts'
import type { ImageFormat } from '../core/request/image-request.ts'
import type { PaidTool } from './paid-tool.ts'

/** A picture and what is asked about it. Prompt and requirements are data, never instructions. */
export interface JudgeQuestion {
  readonly image: { readonly bytes: Uint8Array; readonly format: ImageFormat }
  readonly prompt: string
  readonly requirements: readonly Requirement[]
  readonly signal?: AbortSignal
}

/** An answer to every requirement, or why there is none. */
export type Judgement = (
  | { readonly ok: true; readonly answer: JudgeAnswer }
  | { readonly ok: false; readonly reason: string }
) & {
  /** What it cost, also without an answer; undefined when nobody knows, which is not nothing. */
  readonly costNano: Nano | undefined
}

/** Looks at a picture and answers questions about it. */
export interface Judge extends PaidTool {
  /** Changes with model and instructions: answers and thresholds hold for one version. */
  readonly version: string
  /** Never rejects. */
  judge(question: JudgeQuestion): Promise<Judgement>
}
