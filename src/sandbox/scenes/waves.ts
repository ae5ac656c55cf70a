import { assign, blend, type Color, mixed } from '../palette.ts'
import { makeCurve, type Scene } from './scene.ts'

/** Bands of colour that flow across the picture like dunes or a marbled paper. */
export const waves: Scene = (stage) => {
  const { palette, random, width, height, pixel } = stage
  const angle = (random() - 0.5) * 1.4
  const [alongX, alongY] = [Math.cos(angle), Math.sin(angle)]
  const bend = makeCurve(random, 3.2, 3)
  const ripple = makeCurve(random, 5, 2)
  const ramp: Color[] = [
    palette.deep,
    palette.shade,
    palette.middle,
    palette.light,
    palette.pale,
    palette.accent,
    palette.light,
    palette.middle,
    palette.shade,
  ]
  if (random() < 0.5) ramp.reverse()
  const bands = ramp.length * (0.9 + 0.5 * random())
  const strength = 0.16 + 0.12 * random()
  const shadow: Color = mixed(palette.deep, palette.shade, 0.3)
  return (x, y, color) => {
    const along = alongX * (x - width / 2) + alongY * (y - height / 2)
    const across = -alongY * (x - width / 2) + alongX * (y - height / 2)
    const place = (across + strength * bend(along + 0.25 * ripple(across)) + 2) * bands
    const band = Math.floor(place)
    const within = place - band
    assign(color, ramp[band % ramp.length] ?? palette.middle)
    const next = ramp[(band + 1) % ramp.length] ?? palette.middle
    blend(color, next, Math.min(1, Math.max(0, (within - 1) / (pixel * bands) + 1)))
    blend(color, shadow, 0.3 * Math.max(0, 1 - within * 2.4) ** 2)
    blend(color, palette.pale, 0.16 * within ** 3)
  }
}
