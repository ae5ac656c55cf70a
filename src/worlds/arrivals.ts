import type { Luck } from './luck.ts'
import type { World } from './world.ts'

/** Traffic is taken as even within this part of an hour. */
const CELLS_PER_HOUR = 4
const HOURS_PER_MONTH = 30 * 24

/** Hours since the start at which each request arrives, in order. */
export function arrivalsOf(world: World, luck: Luck, hasBursts: boolean): Float64Array {
  const hours = world.days * 24
  const places = Float64Array.from(
    { length: world.requests },
    (_, index) => (index + luck.unit('arrival', index)) / world.requests,
  )
  if (!hasBursts) return places.map((place) => place * hours)
  return spreadOver(intensityOf(world, luck), places).map((cell) => cell / CELLS_PER_HOUR)
}

/** How busy each cell is: growth over the whole time, times the bursts. */
function intensityOf({ days, traffic }: World, luck: Luck): Float64Array {
  const cells = Math.ceil(days * 24 * CELLS_PER_HOUR)
  const growth = luck.normal('growth') * traffic.growthSigma
  const intensity = Float64Array.from({ length: cells }, (_, cell) =>
    Math.exp(growth * (cell / cells)),
  )
  const chance = traffic.burstsPerMonth / HOURS_PER_MONTH / CELLS_PER_HOUR
  const [shortest, longest] = traffic.burstHours
  let busyUntil = 0
  for (let cell = 0; cell < cells; cell += 1) {
    if (luck.unit('burst', cell) < chance) {
      const length = shortest + (longest - shortest) * luck.unit('burst', cell, 1)
      busyUntil = Math.max(busyUntil, cell + length * CELLS_PER_HOUR)
    }
    if (cell < busyUntil) intensity[cell] = (intensity[cell] ?? 0) * traffic.burstFactor
  }
  return intensity
}

/** Where each place, from 0 to 1 and in order, falls when cells get room by their intensity. */
function spreadOver(intensity: Float64Array, places: Float64Array): Float64Array {
  const total = intensity.reduce((sum, each) => sum + each, 0)
  let [cell, before] = [0, 0]
  return places.map((place) => {
    const target = place * total
    while (cell < intensity.length - 1 && before + (intensity[cell] ?? 0) < target) {
      before += intensity[cell] ?? 0
      cell += 1
    }
    return cell + Math.min(1, (target - before) / (intensity[cell] ?? 1))
  })
}
