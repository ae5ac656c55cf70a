import { assign, blend, mixed } from '../palette.ts'
import { inside, length, type Scene, smoothstep } from './scene.ts'

/** Flowers seen from above, one large and others smaller, on a soft ground. */
export const flowers: Scene = (stage) => {
  const { palette, random, width, height, pixel } = stage
  const ground = palette.isNight ? palette.deep : palette.pale
  const rim = palette.isNight ? palette.shade : palette.light
  const yolk = mixed(palette.accent, palette.pale, 0.55)
  const petals = [palette.light, palette.middle, palette.accent, palette.shade]
  const blossoms = Array.from({ length: 7 }, (_, index) => {
    const isMain = index === 6
    return {
      x: width * (isMain ? 0.42 + 0.16 * random() : random()),
      y: height * (isMain ? 0.4 + 0.12 * random() : random()),
      radius: isMain ? 0.3 + 0.06 * random() : 0.1 + 0.12 * random(),
      count: 5 + Math.floor(6 * random()),
      turn: 2 * Math.PI * random(),
      ink: petals[isMain ? 2 : Math.floor(random() * petals.length)] ?? palette.light,
    }
  })
  return (x, y, color) => {
    assign(color, ground)
    const fromCentre = length(x - width / 2, y - height / 2)
    blend(color, rim, 0.8 * smoothstep(0.1, 0.9, fromCentre))
    for (const blossom of blossoms) {
      const distance = length(x - blossom.x, y - blossom.y)
      if (distance > blossom.radius * 1.05) continue
      const angle = Math.atan2(y - blossom.y, x - blossom.x) + blossom.turn
      const lobe = Math.abs(Math.cos((blossom.count / 2) * angle))
      const edge = blossom.radius * (0.42 + 0.58 * lobe ** 0.55)
      const share = inside(distance - edge, pixel * 1.5)
      blend(color, blossom.ink, share)
      blend(color, palette.deep, share * 0.35 * (1 - smoothstep(0, 0.75, distance / edge)))
      blend(color, palette.pale, share * 0.4 * lobe ** 6 * smoothstep(0.3, 1, distance / edge))
      const heart = blossom.radius * 0.2
      blend(color, yolk, inside(distance - heart, pixel))
      blend(color, palette.shade, 0.6 * inside(Math.abs(distance - heart * 0.72) - 0.004, pixel))
    }
  }
}
