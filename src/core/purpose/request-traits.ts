import type { Display, ImageRequest } from '../request/image-request.ts'
import { type Basis, type Said, type Traits, traitsOf } from './classify.ts'
import type { Purposes } from './default-purposes.ts'
import type { Purpose } from './purpose.ts'

/** What a request is about and what it is held to; nothing of it is missing any more. */
export interface RequestTraits extends Omit<Traits, 'basis'> {
  /** Its purpose with what the request says in the place of what the purpose says. */
  readonly standard: Purpose
  readonly basis: Traits['basis'] & {
    readonly complexity: Basis
    readonly display: Basis
    readonly floor: Basis
    readonly deadline: Basis
  }
}

/**
 * Finds out what a request is about and fills in what it did not say from its purpose. The one
 * place that does: planner, gates, cache and receipts read what comes out.
 */
export function requestTraits(
  request: ImageRequest,
  purposes: Purposes,
  said: Said = {},
): RequestTraits {
  const traits = traitsOf(request, said)
  const purpose = purposes.of(traits.purpose)
  const { display, floor, deadlineMs, maxCostNano, complexity } = request
  return {
    ...traits,
    standard: {
      ...purpose,
      ...(display === undefined ? {} : shownAt(display)),
      floor: floor ?? purpose.floor,
      // A deadline ends the work; the time that a purpose allows only ranks what is slow.
      deadlineMs: Math.min(deadlineMs ?? purpose.deadlineMs, purpose.deadlineMs),
      ...(maxCostNano === undefined ? {} : { maxCostNano }),
    },
    basis: {
      ...traits.basis,
      complexity: complexity === undefined ? complexityBasis(traits, said) : 'asked',
      display: display === undefined ? 'default' : 'asked',
      floor: floor === undefined ? 'default' : 'asked',
      deadline: deadlineMs === undefined ? 'default' : 'asked',
    },
  }
}

const complexityBasis = ({ basis }: Traits, { classified }: Said): Basis =>
  basis.category === 'classifier' && classified?.complexity !== undefined ? 'classifier' : 'rule'

const shownAt = ({ width, height, pixelRatio }: Display) => ({
  ...{ display: { width, height }, pixelRatio },
})
