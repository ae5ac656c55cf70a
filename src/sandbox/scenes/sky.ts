import { assign, blend, type Color, mixed } from '../palette.ts'
import { inside, length, type Shader, type Stage, smoothstep } from './scene.ts'

/** A sky from the upper edge to a horizon, with a sun or a moon in it, and stars at night. */
export function makeSky(stage: Stage, horizon: number): Shader {
  const { palette, random, width, pixel } = stage
  const top: Color = palette.isNight ? palette.deep : mixed(palette.light, palette.middle, 0.35)
  const bottom: Color = palette.isNight ? palette.middle : palette.pale
  const glow = palette.isNight ? palette.pale : palette.accent
  const disc = palette.isNight ? palette.pale : mixed(palette.accent, palette.pale, 0.45)
  const sun = {
    x: width * (0.2 + 0.6 * random()),
    y: horizon * (0.3 + 0.45 * random()),
    radius: 0.06 + 0.06 * random(),
  }
  const stars = Array.from({ length: palette.isNight ? 60 : 0 }, () => ({
    x: width * random(),
    y: horizon * 0.9 * random(),
    radius: 0.0012 + 0.0022 * random(),
  }))
  return (x, y, color) => {
    assign(color, top)
    blend(color, bottom, smoothstep(0, horizon, y))
    const distance = length(x - sun.x, y - sun.y)
    blend(color, glow, (palette.isNight ? 0.3 : 0.6) * Math.exp(-((distance / 0.32) ** 2)))
    for (const star of stars) {
      const dy = y - star.y
      if (Math.abs(dy) > 0.008) continue
      const away = length(x - star.x, dy) - star.radius
      if (away < pixel) blend(color, palette.pale, 0.85 * inside(away, 2 * pixel))
    }
    blend(color, disc, inside(distance - sun.radius, pixel))
  }
}
