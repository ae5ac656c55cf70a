import { blend, type Color, mixed } from '../palette.ts'
import { inside, makeCurve, type Scene } from './scene.ts'
import { makeSky } from './sky.ts'

const LAYERS = 5

/** Rows of hills under a sky, each row darker than the one behind it. */
export const hills: Scene = (stage) => {
  const { palette, random, width, height, pixel } = stage
  const horizon = height * (0.48 + 0.14 * random())
  const sky = makeSky(stage, horizon)
  const columns = Math.ceil(width / pixel) + 1
  const far: Color = mixed(palette.light, palette.pale, palette.isNight ? 0 : 0.45)
  const layers = Array.from({ length: LAYERS }, (_, layer) => {
    const nearness = layer / (LAYERS - 1)
    const curve = makeCurve(random, 3 + 3 * random(), 4 - Math.floor(nearness * 2))
    const base = horizon + (height * 0.88 - horizon) * nearness ** 1.25
    const swing = 0.07 + 0.07 * (1 - nearness) * random()
    const ridge = Float32Array.from(
      { length: columns },
      (_, column) => base + swing * curve(column * pixel),
    )
    const body =
      nearness < 0.5
        ? mixed(far, palette.shade, nearness * 1.6)
        : mixed(palette.shade, palette.deep, (nearness - 0.5) * 2)
    return { ridge, body, mist: mixed(body, far, 0.45 * (1 - nearness) + 0.1) }
  })
  return (x, y, color) => {
    sky(x, y, color)
    const column = Math.floor(x / pixel)
    for (const { ridge, body, mist } of layers) {
      const depth = y - (ridge[column] ?? height)
      if (depth < -pixel) continue
      const share = inside(-depth, pixel)
      blend(color, body, share)
      blend(color, mist, share * Math.min(1, Math.max(0, depth * 2.6)) * 0.75)
    }
  }
}
