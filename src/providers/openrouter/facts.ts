import type { Model } from '../../core/catalog/model.ts'

/** What OpenRouter's record of a model says beside the catalogue, from its row in `models.json`. */
export interface ModelFacts {
  /** Parameters that its suppliers take; no other is sent. */
  readonly parameters: readonly string[]
  /** The supplier's name, under which its own parameters are passed through. */
  readonly supplier: string
  /** The supplier's own parameters that OpenRouter passes on. */
  readonly passthrough: readonly string[]
  /** Whose token counts the pictures have; absent when they are not paid by tokens. */
  readonly tokens: string | undefined
}

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : []

/** Reads the facts of a model. */
export const factsOf = ({ wire }: Pick<Model, 'wire'>): ModelFacts => ({
  parameters: textsOf(wire.parameters),
  supplier: typeof wire.supplier === 'string' ? wire.supplier : '',
  passthrough: textsOf(wire.passthrough),
  tokens: typeof wire.tokens === 'string' ? wire.tokens : undefined,
})
