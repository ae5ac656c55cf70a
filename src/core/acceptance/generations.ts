import { type Cell, fromPlaceKey, type Place, placeKey } from './cell.ts'
import { INHERITED } from './change-watch.ts'
import { addCounts, type Counts, noCounts, scaleCounts } from './counts.ts'

/** Names a model at a purpose, which can change without notice. */
export const changeKey = ({ model, purpose }: Pick<Place, 'model' | 'purpose'>): string =>
  [model, purpose].map(encodeURIComponent).join('/')

/** How often each was seen to change; absent = never. */
export type Generations = ReadonlyMap<string, number>

/** Which model an announced version follows; it begins with a part of what that one had learned. */
export type Predecessors = ReadonlyMap<string, string>

/** Versions that are followed back; older ones have next to no weight. */
const MOST_VERSIONS = 3

/**
 * Stored counts as they speak now: decayed, and those from before a change, or of the version
 * before, by what they are still worth. One cell for each place.
 * @param decay what stored forward weights are divided by: the weight of this instant
 */
export function presentCells(
  stored: Iterable<readonly [key: string, counts: Counts]>,
  generations: Generations,
  predecessors: Predecessors,
  decay: number,
): readonly Cell[] {
  const successors = new Map([...predecessors].map(([next, before]) => [before, next]))
  const cells = new Map<string, Cell>()
  for (const [key, counts] of stored) {
    const place = fromPlaceKey(key)
    if (place === undefined) continue
    const present = generations.get(changeKey(place)) ?? 0
    const changes = Math.max(0, present - place.generation)
    let worth = INHERITED ** changes / decay
    let model: string | undefined = place.model
    for (let version = 0; model !== undefined && version <= MOST_VERSIONS; version += 1) {
      addTo(cells, { ...place, model, generation: 0 }, scaleCounts(counts, worth))
      worth *= INHERITED
      model = successors.get(model)
    }
  }
  return [...cells.values()]
}

function addTo(cells: Map<string, Cell>, place: Place, counts: Counts): void {
  const key = placeKey(place)
  const before = cells.get(key)?.counts ?? noCounts
  cells.set(key, { ...place, counts: addCounts(before, counts) })
}
