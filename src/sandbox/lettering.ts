import sharp from 'sharp'
import type { Size } from '../core/request/image-request.ts'
import { glyphSize, hasInk, toCapitals } from './font.ts'

/** Free font pixels around the text. */
const MARGIN = 4
/** Share of the picture's width that a text takes. */
const WIDTH_SHARE = 0.86
/** Letters smoothed over this share of a font pixel are read by machines as well as real ones. */
const SMOOTHING = 0.35

/** A text on a light panel, and where on a picture it lies. */
export interface Panel {
  readonly input: Buffer
  readonly left: number
  readonly top: number
}

/** Texts on panels, one under the other, for pictures that are asked to show them. */
export async function drawPanels(texts: readonly string[], size: Size): Promise<readonly Panel[]> {
  const panels: Panel[] = []
  let top = Math.round(size.height * 0.12)
  for (const text of texts) {
    const letters = [...toCapitals(text)]
    const columns = letters.length * glyphSize.advance + 2 * MARGIN
    const scale = Math.floor((size.width * WIDTH_SHARE) / columns)
    const width = columns * scale
    const height = (glyphSize.height + 2 * MARGIN) * scale
    // What finds no room is left out, as real models do it.
    if (scale < 2 || top + height > size.height * 0.85) break
    const input = await paintPanel(letters, { width, height, scale })
    panels.push({ input, left: Math.round((size.width - width) / 2), top })
    top += height + 2 * scale
  }
  return panels
}

async function paintPanel(
  letters: readonly string[],
  { width, height, scale }: Size & { readonly scale: number },
): Promise<Buffer> {
  const data = new Uint8Array(width * height).fill(240)
  for (let y = 0; y < height; y += 1) {
    const row = Math.floor(y / scale) - MARGIN
    if (row < 0 || row >= glyphSize.height) continue
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor(x / scale) - MARGIN
      const letter = column < 0 ? undefined : letters[Math.floor(column / glyphSize.advance)]
      if (letter !== undefined && hasInk(letter, column % glyphSize.advance, row)) {
        data[y * width + x] = 20
      }
    }
  }
  const image = sharp(data, { raw: { width, height, channels: 1 } })
  return image
    .blur(Math.max(0.3, scale * SMOOTHING))
    .png()
    .toBuffer()
}

/** The text as a careless model spells it: two letters have changed their places. */
export function misspell(text: string): string {
  const letters = [...text]
  for (let at = Math.floor(letters.length / 3); at + 1 < letters.length; at += 1) {
    const [one = '', other = ''] = letters.slice(at, at + 2)
    if (one.toLowerCase() === other.toLowerCase() || /\s/.test(one + other)) continue
    return [...letters.slice(0, at), other, one, ...letters.slice(at + 2)].join('')
  }
  return `${text}${letters.at(-1) ?? ''}`
}
