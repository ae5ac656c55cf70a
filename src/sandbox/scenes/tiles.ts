import { assign, blend, type Color } from '../palette.ts'
import { inside, length, type Scene } from './scene.ts'

const forms = ['quarter', 'leaf', 'dot', 'half', 'rings', 'plain'] as const

interface Tile {
  readonly form: (typeof forms)[number]
  readonly turns: number
  readonly paper: Color
  readonly ink: Color
  readonly spot: Color
}

/** Signed distance of a tile's main form, in tile units (the tile is 1 by 1). */
function distanceIn(form: Tile['form'], x: number, y: number): number {
  if (form === 'quarter') return length(x, y) - 1
  if (form === 'leaf') return Math.max(length(x, y) - 1, length(x - 1, y - 1) - 1)
  if (form === 'dot') return length(x - 0.5, y - 0.5) - 0.34
  if (form === 'half') return Math.max(length(x - 0.5, y) - 0.5, -y)
  if (form === 'rings') return Math.abs(((length(x, y) * 3.5) % 1) - 0.5) / 3.5 - 0.07
  return 1
}

/** A wall of geometric tiles. */
export const tiles: Scene = (stage) => {
  const { palette, random, width, height, pixel } = stage
  const edge = 1 / (4 + Math.floor(4 * random()))
  const columns = Math.ceil(width / edge)
  const papers = [palette.pale, palette.light, palette.deep, palette.middle, palette.shade]
  const inks = [palette.accent, palette.middle, palette.deep, palette.light, palette.pale]
  const pick = <Item>(items: readonly Item[], fallback: Item): Item =>
    items[Math.floor(random() * items.length)] ?? fallback
  const wall = Array.from({ length: columns * Math.ceil(height / edge) }, (): Tile => {
    const paper = pick(papers, palette.pale)
    const others = inks.filter((ink) => ink !== paper)
    return {
      form: pick(forms, 'plain'),
      turns: Math.floor(random() * 4),
      paper,
      ink: pick(others, palette.accent),
      spot: pick(others, palette.accent),
    }
  })
  return (x, y, color) => {
    const column = Math.floor(x / edge)
    const row = Math.floor(y / edge)
    const tile = wall[row * columns + column]
    if (tile === undefined) return assign(color, palette.middle)
    let [inX, inY] = [x / edge - column, y / edge - row]
    for (let turn = 0; turn < tile.turns; turn += 1) [inX, inY] = [inY, 1 - inX]
    assign(color, tile.paper)
    const soft = pixel / edge
    blend(color, tile.ink, inside(distanceIn(tile.form, inX, inY), soft))
    if (tile.form === 'quarter') blend(color, tile.spot, inside(length(inX, inY) - 0.45, soft))
    blend(color, palette.pale, 0.06 * (1 - (inX + inY) / 2))
  }
}
