import { closestName } from '../closest-name.ts'
import type { Warning } from '../request/image-request.ts'
import type { Purposes } from './default-purposes.ts'

/**
 * Says that a purpose is none that has settings, but nearly one that has. Names of one's own are no
 * mistake; one slip in a name means another floor and another price.
 */
export function misspeltPurpose(name: string | undefined, { all }: Purposes): readonly Warning[] {
  const names = all.map((purpose) => purpose.name)
  if (name === undefined || names.includes(name)) return []
  const meant = closestName(name, names)
  if (meant === undefined) return []
  const message =
    `The purpose "${name}" has no settings, so it is held to those of general. ` +
    `Was "${meant}" meant?`
  return [{ code: 'purpose_unknown', param: 'purpose', message }]
}
