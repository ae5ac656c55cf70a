import type { JsonObject } from '../core/json.ts'
import { table } from './output.ts'

/** Rows of "why this model" for people; offers that cannot do what is asked are only counted. */
export function offersTable(offers: readonly JsonObject[]): string {
  const able = offers.filter(({ expected_cost }) => expected_cost !== undefined)
  const rows = able.map((offer) => {
    const { acceptance, variant } = offer as {
      readonly acceptance?: Readonly<Record<'mean' | 'low' | 'high' | 'own' | 'inherited', number>>
      readonly variant?: string
    }
    const name = variant === undefined ? String(offer.offer) : `${offer.offer} (${variant})`
    const share =
      acceptance && `${acceptance.mean.toFixed(2)} (${acceptance.low}–${acceptance.high})`
    return [
      offer.step === undefined ? '' : `${offer.step}.`,
      name,
      `$${offer.expected_cost}`,
      share ?? '',
      acceptance === undefined ? '' : `${acceptance.own}+${acceptance.inherited}`,
      offer.per_accepted === undefined ? '' : `$${offer.per_accepted}`,
      offer.p95_s === undefined ? '' : `${Number(offer.p95_s).toFixed(1)} s`,
      String(offer.reason ?? ''),
    ]
  })
  const head = ['', 'offer', 'price', 'accepted', 'n', '$ per accepted', 'p95', 'why']
  const others = offers.length - able.length
  const rest = others === 0 ? [] : [`${others} more cannot do what is asked`]
  return [table([head, ...rows]), ...rest].join('\n')
}
