import type { OutageMode } from './policy.ts'
import type { World } from './world.ts'

/** How the world stands between two events. */
export interface Regime {
  readonly fromHours: number
  /** Dollars for a picture by offer, in the order of the world's offers. */
  readonly billed: readonly number[]
  /** The same in the price feed, which does not know of unannounced changes. */
  readonly listed: readonly number[]
  /** What was added to the ability of a model. */
  readonly changes: ReadonlyMap<string, number>
  readonly down: ReadonlyMap<string, OutageMode>
  /** Share of calls that fail, by provider. */
  readonly errorShares: ReadonlyMap<string, number>
  /** True where an event begins, for recovery; the end of an outage is no event. */
  readonly isEvent: boolean
}

/** All regimes of a world, the first from hour 0. */
export function regimesOf(world: World): readonly Regime[] {
  const starts = world.events.map(({ atHours }) => atHours)
  const ends = world.events.flatMap((event) =>
    'hours' in event ? [event.atHours + event.hours] : [],
  )
  const moments = [...new Set([0, ...starts, ...ends])].sort((one, other) => one - other)
  return moments.map((fromHours) => regimeFrom(world, fromHours, starts.includes(fromHours)))
}

function regimeFrom(world: World, fromHours: number, isEvent: boolean): Regime {
  const changes = new Map<string, number>()
  const down = new Map<string, OutageMode>()
  const errorShares = new Map<string, number>()
  const factors = new Map<string, { billed: number; listed: number }>()
  for (const event of world.events.filter(({ atHours }) => atHours <= fromHours)) {
    switch (event.kind) {
      case 'price': {
        const { billed, listed } = factors.get(event.model) ?? { billed: 1, listed: 1 }
        const { factor, isAnnounced } = event
        factors.set(event.model, {
          billed: billed * factor,
          listed: isAnnounced ? listed * factor : listed,
        })
        break
      }
      case 'silent_quality':
        changes.set(event.model, (changes.get(event.model) ?? 0) + event.change)
        break
      case 'outage':
        if (fromHours < event.atHours + event.hours) down.set(event.provider, event.mode)
        break
      case 'brownout':
        if (fromHours < event.atHours + event.hours) {
          errorShares.set(event.provider, event.errorShare)
        }
    }
  }
  const pricesBy = (kind: 'billed' | 'listed') =>
    world.offers.map(({ model, price }) => price * (factors.get(model)?.[kind] ?? 1))
  const prices = { billed: pricesBy('billed'), listed: pricesBy('listed') }
  return { fromHours, ...prices, changes, down, errorShares, isEvent }
}

/** Position of the regime at an hour. */
export const regimeAt = (regimes: readonly Regime[], hours: number): number =>
  Math.max(
    0,
    regimes.findLastIndex(({ fromHours }) => fromHours <= hours),
  )
