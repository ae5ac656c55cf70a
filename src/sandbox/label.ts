import type { Size } from '../core/request/image-request.ts'
import { glyphSize, hasInk, toCapitals } from './font.ts'
import type { Color } from './palette.ts'

const MARK = 'SANDBOX'
const PROMPT_LETTERS = 40
/** Free font pixels around the text. */
const MARGIN = 4
const PAPER: Color = [16, 18, 24]
const INK: Color = [244, 246, 250]
const PAPER_STRENGTH = 0.8

/** Raw pixels, 8 bits per channel, row by row. */
export interface Raster extends Size {
  readonly channels: 3 | 4
  readonly data: Uint8Array
}

interface Line {
  readonly text: string
  readonly left: number
  readonly top: number
  readonly ink: Color
}

function paint(raster: Raster, x: number, y: number, color: Color, strength: number): void {
  if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) return
  const offset = (y * raster.width + x) * raster.channels
  for (const channel of [0, 1, 2] as const) {
    const old = raster.data[offset + channel] ?? 0
    raster.data[offset + channel] = Math.round(old + (color[channel] - old) * strength)
  }
  if (raster.channels === 4) {
    const old = raster.data[offset + 3] ?? 0
    raster.data[offset + 3] = Math.round(old + (255 - old) * strength)
  }
}

function write(raster: Raster, line: Line, scale: number): void {
  const letters = [...line.text]
  const width = letters.length * glyphSize.advance * scale
  for (let y = 0; y < glyphSize.height * scale; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor(x / scale)
      const letter = letters[Math.floor(column / glyphSize.advance)] ?? ' '
      if (hasInk(letter, column % glyphSize.advance, Math.floor(y / scale))) {
        paint(raster, line.left + x, line.top + y, line.ink, 1)
      }
    }
  }
}

/**
 * Writes the band that says SANDBOX, and what the picture was asked to be, over the lower edge, in
 * place. Small pictures get two lines, or as much as fits; the mark comes first.
 */
export function drawLabel(raster: Raster, prompt: string, accent: Color): void {
  const words = [...toCapitals(prompt)].slice(0, PROMPT_LETTERS).join('').trim()
  const mark = (MARK.length + 1) * glyphSize.advance
  const room = PROMPT_LETTERS * glyphSize.advance + 2 * MARGIN
  const oneLine = Math.floor(raster.width / (mark + room))
  const isStacked = oneLine < 2
  const scale = isStacked ? Math.max(1, Math.floor(raster.width / room)) : oneLine
  const lines = isStacked && words !== '' ? 2 : 1
  const height = ((lines - 1) * glyphSize.line + glyphSize.height + 2 * MARGIN) * scale
  const top = raster.height - height
  for (let y = Math.max(0, top); y < raster.height; y += 1) {
    for (let x = 0; x < raster.width; x += 1) paint(raster, x, y, PAPER, PAPER_STRENGTH)
  }
  const first = { left: MARGIN * scale, top: top + MARGIN * scale }
  write(raster, { ...first, text: MARK, ink: accent }, scale)
  const second = isStacked
    ? { left: first.left, top: first.top + glyphSize.line * scale }
    : { left: first.left + mark * scale, top: first.top }
  write(raster, { ...second, text: words, ink: INK }, scale)
}
