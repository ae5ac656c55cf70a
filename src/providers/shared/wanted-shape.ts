import type { CallPlan } from '../../core/catalog/call-plan.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'

/** The shape to ask a model for, in the way in which it takes shapes. */
export interface WantedShape {
  readonly aspect?: string | undefined
  readonly size?: Size | undefined
}

/**
 * What to say of the picture's shape. A generation always says what the gateway expects, because
 * defaults differ by model, and with them the price; an edit says nothing unless asked, and follows
 * its input.
 */
export function wantedShape({ model, settings, operation, expectedSize }: CallPlan): WantedShape {
  const isGeneration = operation === 'generate'
  if (model.sizes.kind !== 'aspect') {
    return { size: settings.size ?? (isGeneration ? expectedSize : undefined) }
  }
  const nearest = isGeneration ? nearestAspect(model.sizes.aspects, expectedSize) : undefined
  return { aspect: settings.aspect ?? nearest }
}

/** The shape of a list that comes nearest to a size; the first of them where several do. */
export function nearestAspect(aspects: readonly string[], { width, height }: Size) {
  const distance = (aspect: string): number =>
    Math.abs(Math.log((parseAspect(aspect) ?? 1) / (width / height)))
  return aspects.toSorted((a, b) => distance(a) - distance(b))[0]
}
