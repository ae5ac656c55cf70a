import type { Counts } from './counts.ts'

/** Counts of one arm in one context: the place where an outcome is written down. */
export interface Cell extends Place {
  readonly counts: Counts
}

/** Where an outcome belongs; wider places are the sums of narrower ones and are not stored. */
export interface Place {
  readonly model: string
  readonly purpose: string
  /** Category with its flags; see `kindOf`. */
  readonly kind: string
  /** Settings with the size bucket. */
  readonly variant: string
  /** How often the model was seen to change at this purpose before; see `change-watch.ts`. */
  readonly generation: number
  /** Of the gates whose verdicts are counted here; absent where none looked, or none was kept. */
  readonly gateVersion?: string | undefined
}

/** Parts are escaped, so that no name can pretend to be a path. */
export const placeKey = (place: Place): string => {
  const { model, purpose, kind, variant, generation, gateVersion } = place
  const gates = gateVersion === undefined ? [] : [gateVersion]
  return [model, purpose, kind, variant, String(generation), ...gates]
    .map(encodeURIComponent)
    .join('/')
}

/** The place that a key was made of; undefined for a text that is none. */
export function fromPlaceKey(key: string): Place | undefined {
  const parts = key.split('/')
  if (parts.length !== 5 && parts.length !== 6) return undefined
  const [model = '', purpose = '', kind = '', variant = '', generation = '', gateVersion] =
    parts.map(decodeURIComponent)
  return {
    ...{ model, purpose, kind, variant, generation: Number(generation) },
    ...(gateVersion === undefined ? {} : { gateVersion }),
  }
}
