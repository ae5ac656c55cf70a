import { assign, blend, mixed } from '../palette.ts'
import { inside, length, type Scene, smoothstep } from './scene.ts'

/** Translucent discs and rings that overlap on a soft slope of colour. */
export const discs: Scene = (stage) => {
  const { palette, random, width, height, pixel } = stage
  const start = palette.isNight ? palette.deep : palette.pale
  const end = palette.isNight ? palette.shade : mixed(palette.pale, palette.light, 0.7)
  const angle = 2 * Math.PI * random()
  const [alongX, alongY] = [Math.cos(angle), Math.sin(angle)]
  const inks = [palette.middle, palette.light, palette.shade, palette.accent, palette.middle]
  const shapes = Array.from({ length: 15 }, (_, index) => ({
    x: width * (random() * 1.1 - 0.05),
    y: height * (random() * 1.1 - 0.05),
    radius: 0.32 * 0.86 ** index + 0.03 + 0.04 * random(),
    ink: inks[index % inks.length] ?? palette.middle,
    strength: 0.42 + 0.4 * random(),
    hollow: random() < 0.28 ? 0.55 + 0.3 * random() : 0,
  }))
  return (x, y, color) => {
    assign(color, start)
    blend(color, end, smoothstep(-0.7, 0.7, alongX * (x - width / 2) + alongY * (y - height / 2)))
    for (const shape of shapes) {
      const distance = length(x - shape.x, y - shape.y)
      const outside = distance - shape.radius
      if (outside > pixel) continue
      let share = inside(outside, pixel)
      if (shape.hollow > 0) share *= inside(shape.radius * shape.hollow - distance, pixel)
      const shine = 0.75 + 0.25 * (distance / shape.radius)
      blend(color, shape.ink, share * shape.strength * shine)
    }
  }
}
