import { assign, blend, type Color, mixed } from '../palette.ts'
import { hashText, unitOf } from '../seeded.ts'
import { type Scene, type Stage, smoothstep } from './scene.ts'
import { makeSky } from './sky.ts'

interface House {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly key: number
}

function makeRow(stage: Stage, tallest: number, nearness: number): House[] {
  const houses: House[] = []
  let left = -0.1 * stage.random()
  while (left < stage.width) {
    const wide = 0.06 + 0.07 * stage.random() + 0.03 * nearness
    const tall = tallest * (0.35 + 0.65 * stage.random() ** 1.4)
    const key = Math.floor(stage.random() * 2 ** 32)
    houses.push({ left, right: left + wide, top: stage.height - tall, key })
    left += wide + (stage.random() < 0.3 ? 0.02 * stage.random() : 0)
  }
  return houses
}

/** Whether a point of a house is a lit window; windows stand in a grid with walls between. */
function isWindow(house: House, x: number, y: number, grid: number): boolean {
  const margin = grid * 0.6
  if (x < house.left + margin || x > house.right - margin || y < house.top + margin) return false
  const column = Math.floor((x - house.left - margin) / grid)
  const row = Math.floor((y - house.top - margin) / (grid * 1.35))
  const inColumn = (x - house.left - margin) / grid - column
  const inRow = (y - house.top - margin) / (grid * 1.35) - row
  if (inColumn < 0.2 || inColumn > 0.75 || inRow < 0.2 || inRow > 0.75) return false
  return unitOf(hashText(`${house.key}:${column}:${row}`)) < 0.42
}

/** Three rows of houses before a sky, with lit windows. */
export const city: Scene = (stage) => {
  const { palette, height, random } = stage
  const sky = makeSky(stage, height * 0.8)
  const hazy: Color = mixed(palette.light, palette.middle, 0.4)
  const lit: Color = mixed(palette.accent, palette.pale, 0.4)
  const rows = [0, 0.5, 1].map((nearness) => {
    const wall = nearness < 0.5 ? hazy : mixed(palette.shade, palette.deep, (nearness - 0.5) * 1.8)
    const houses = makeRow(stage, height * (0.72 - 0.26 * nearness + 0.06 * random()), nearness)
    return { houses, wall, grid: 0.016 + 0.008 * nearness, glow: 0.25 + 0.65 * nearness }
  })
  return (x, y, color) => {
    sky(x, y, color)
    for (const { houses, wall, grid, glow } of rows) {
      const house = houses.find((candidate) => x < candidate.right)
      if (house === undefined || x < house.left || y < house.top) continue
      assign(color, wall)
      if (isWindow(house, x, y, grid)) blend(color, lit, glow)
      blend(color, hazy, 0.35 * smoothstep(height * 0.45, height, y) * (1 - glow))
    }
  }
}
