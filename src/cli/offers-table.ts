import type { JsonObject } from '../core/json.ts'
import { table } from './output.ts'

/** Rows of "why this model" for people; offers that cannot be used are counted by reason. */
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
    const loading = offer.load_s === undefined ? '' : `; loads its model first, ${offer.load_s} s`
    return [
      offer.step === undefined ? '' : `${offer.step}.`,
      name,
      `$${offer.expected_cost}`,
      share ?? '',
      acceptance === undefined ? '' : `${acceptance.own}+${acceptance.inherited}`,
      offer.per_accepted === undefined ? '' : `$${offer.per_accepted}`,
      offer.p95_s === undefined ? '' : `${Number(offer.p95_s).toFixed(1)} s`,
      `${offer.reason ?? ''}${loading}`,
    ]
  })
  const head = ['', 'offer', 'price', 'accepted', 'n', '$ per accepted', 'p95', 'why']
  return [table([head, ...rows]), ...othersOf(offers)].join('\n')
}

/** Reasons that are told; those behind them are rarer. */
const MOST_REASONS = 4

/** What is said of a model by its name, hundreds of times; `--json` has all of it. */
const GENERAL: readonly (readonly [RegExp, string])[] = [
  [/^the model /, 'cannot do what is asked'],
  [/^there is no price /, 'have no price for what is asked'],
  [/ is not configured$/, 'are of providers that are not configured'],
]

const generalised = (reason: string): string =>
  GENERAL.find(([pattern]) => pattern.test(reason))?.[1] ?? reason

/** How many offers cannot be used, and mostly why. */
function othersOf(offers: readonly JsonObject[]): readonly string[] {
  const others = offers.filter(({ expected_cost }) => expected_cost === undefined)
  const byReason = [...Map.groupBy(others, ({ reason }) => generalised(String(reason)))]
    .map(([reason, { length }]) => ({ reason, length }))
    .toSorted((one, other) => other.length - one.length)
  const told = byReason.slice(0, MOST_REASONS)
  const rest = others.length - told.reduce((sum, { length }) => sum + length, 0)
  return [
    ...(others.length === 0 ? [] : [`${others.length} more cannot be used:`]),
    ...told.map(({ reason, length }) => `  ${length}: ${reason}`),
    ...(rest === 0 ? [] : [`  ${rest}: other reasons`]),
  ]
}
