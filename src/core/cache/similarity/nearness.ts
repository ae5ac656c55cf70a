import type { ImageRequest } from '../../request/image-request.ts'
import { cosine } from '../../statistics/cosine.ts'
import { type PromptForm, promptForm } from '../prompt-form/prompt-form.ts'
import { type Owner, partitionText } from '../reuse-key.ts'
import { lexicalVector } from './lexical-vector.ts'
import type { UnitVector } from './unit-vector.ts'
import { vetoOf } from './veto.ts'

/** How prompts are laid out for comparing: by their words, or by a model. */
export interface Lens {
  /** Whether it comes from a model that knows what words mean. */
  readonly knowsMeaning: boolean
  /** Undefined for a prompt that was not embedded. */
  vectorOf(prompt: string, form: PromptForm): UnitVector | undefined
}

/** The lens that needs no model. */
export const lexicalLens: Lens = {
  knowsMeaning: false,
  vectorOf: (_prompt, form) => lexicalVector(form),
}

/** A request, with whose it is. */
export type OwnedRequest = Owner & { readonly request: ImageRequest }

/**
 * How near the prompts of two requests are, -1 to 1; undefined when something forbids that a
 * picture of one stands for the other, whatever its likeness.
 */
export function nearness(made: OwnedRequest, asked: OwnedRequest, lens: Lens): number | undefined {
  const [one, other] = [promptForm(made.request.prompt), promptForm(asked.request.prompt)]
  const isApart =
    partitionText(made.request, made, one) !== partitionText(asked.request, asked, other)
  if (isApart || vetoOf(one, other, lens) !== undefined) return undefined
  const left = lens.vectorOf(made.request.prompt, one)
  const right = lens.vectorOf(asked.request.prompt, other)
  return left === undefined || right === undefined ? undefined : cosine(left, right)
}
