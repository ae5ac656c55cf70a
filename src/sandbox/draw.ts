import sharp, { type Sharp } from 'sharp'
import { literalsOf } from '../core/purpose/classify.ts'
import type { Size } from '../core/request/image-request.ts'
import { requestLimits } from '../core/request/limits.ts'
import type { Drawing } from '../providers/shared/emulator.ts'
import { drawLabel, type Raster } from './label.ts'
import { drawPanels, misspell } from './lettering.ts'
import { type Color, makePalette } from './palette.ts'
import { scenes } from './scenes/index.ts'
import { inside, length } from './scenes/scene.ts'
import { seededDraw } from './seeded.ts'

/**
 * How much work goes into a picture: `rich` ones have the bytes per pixel of real pictures, `plain`
 * ones are for tests that need thousands of them and look at nothing but their size.
 */
export type Detail = 'rich' | 'plain'
/** Longest edge that is computed point by point; larger pictures are scaled up. */
const COMPUTED_EDGE: { readonly [Key in Detail]: number } = { rich: 512, plain: 64 }
/** Effort of zlib; a plain picture of large equal blocks is small without any. */
const PNG_EFFORT: { readonly [Key in Detail]: number } = { rich: 6, plain: 1 }
/** Blocks along the shorter edge of previews of coarseness 1, 2 and 3. */
const PREVIEW_BLOCKS = [64, 32, 16] as const
/** Share of the shorter edge over which a blurred picture is smeared. */
const BLUR_SHARE = 1 / 48
/** Share of the shorter edge that stays clear around a picture on a transparent ground. */
const FRAME_SHARE = 1 / 48
/** Radius of the round picture on a transparent ground, in units of the shorter edge. */
const BADGE_RADIUS = 0.46

function assertDrawable({ width, height }: Drawing): void {
  const edges = [width, height]
  const { minEdge, maxEdge, maxImagePixels } = requestLimits
  const isDrawable = edges.every(
    (edge) => Number.isInteger(edge) && edge >= minEdge && edge <= maxEdge,
  )
  if (!isDrawable || width * height > maxImagePixels) {
    throw new RangeError(`cannot draw a picture of ${width}x${height}`)
  }
}

/** Size at which a drawing is computed; its previews have very few pixels. */
function computedSize(drawing: Drawing, detail: Detail): Size {
  const { width, height } = drawing
  const coarseness = Math.min(3, Math.max(0, Math.round(drawing.coarseness ?? 0)))
  const blocks = PREVIEW_BLOCKS[coarseness - 1]
  const factor =
    blocks === undefined
      ? Math.max(1, Math.max(width, height) / COMPUTED_EDGE[detail])
      : Math.min(width, height) / blocks
  return {
    width: Math.max(1, Math.round(width / factor)),
    height: Math.max(1, Math.round(height / factor)),
  }
}

/** Computes the scene that the drawing's seed picks, and the colour that stands out in it. */
function compute(
  drawing: Drawing,
  detail: Detail,
): { readonly raster: Raster; readonly accent: Color } {
  const { width, height } = computedSize(drawing, detail)
  const channels = drawing.transparent === true && drawing.format !== 'jpeg' ? 4 : 3
  const random = seededDraw(`${drawing.seed}:${drawing.prompt}`)
  const scene = scenes[Math.floor(random() * scenes.length)]
  if (scene === undefined) throw new Error('there is no scene')
  const palette = makePalette(random)
  const pixel = 1 / Math.min(width, height)
  const stage = { width: width * pixel, height: height * pixel, pixel, palette, random }
  const shade = scene(stage)
  const data = new Uint8Array(width * height * channels)
  const color: Color = [0, 0, 0]
  let offset = 0
  for (let row = 0; row < height; row += 1) {
    const y = (row + 0.5) * pixel
    for (let column = 0; column < width; column += 1) {
      const x = (column + 0.5) * pixel
      shade(x, y, color)
      data[offset] = color[0]
      data[offset + 1] = color[1]
      data[offset + 2] = color[2]
      if (channels === 4) {
        const fromCentre = length(x - stage.width / 2, y - stage.height / 2)
        data[offset + 3] = 255 * inside(fromCentre - BADGE_RADIUS, pixel)
      }
      offset += channels
    }
  }
  return { raster: { width, height, channels, data }, accent: palette.accent }
}

/** The computed scene at full size, still raw. */
async function enlarge(small: Raster, drawing: Drawing, detail: Detail): Promise<Raster> {
  const { width, height } = drawing
  const isBlocky = (drawing.coarseness ?? 0) > 0 || detail === 'plain'
  if (small.width === width && small.height === height) return small
  const { data } = await sharp(small.data, { raw: small })
    .resize(width, height, { fit: 'fill', kernel: isBlocky ? 'nearest' : 'cubic' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width, height, channels: small.channels, data }
}

function encode(
  image: Sharp,
  format: Drawing['format'],
  detail: Detail = 'rich',
): Promise<Uint8Array> {
  if (format === 'jpeg') return image.jpeg({ quality: 88 }).toBuffer()
  if (format === 'webp') return image.webp({ quality: 85, effort: 0 }).toBuffer()
  return image.png({ compressionLevel: PNG_EFFORT[detail] }).toBuffer()
}

/** Makes the outermost pixels of a picture with transparency clear. */
function clearFrame({ width, height, channels, data }: Raster): void {
  if (channels === 3) return
  const frame = Math.ceil(Math.min(width, height) * FRAME_SHARE)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const inside = Math.min(x, width - 1 - x, y, height - 1 - y)
      if (inside < frame) data[(y * width + x) * channels + 3] = 0
    }
  }
}

function drawBlank(drawing: Drawing): Promise<Uint8Array> {
  const { width, height } = drawing
  const background = { r: 0, g: 0, b: 0 }
  return encode(sharp({ create: { width, height, channels: 3, background } }), drawing.format)
}

const isPreview = ({ coarseness = 0 }: Drawing): boolean => coarseness > 0

const without = (texts: readonly string[], prompt: string): string =>
  texts.reduce((rest, text) => rest.replaceAll(text, ' '), prompt)

/**
 * Draws a picture that depends on nothing but its arguments: the prompt and the seed choose scene
 * and colours, texts that the prompt quotes stand on panels, and a band says that it is emulated. A
 * blank picture is black and has no band, and a blurred one is blurred with its band, as providers'
 * filters do it.
 * @throws RangeError when the size is none a picture can have.
 */
export async function draw(drawing: Drawing, detail: Detail = 'rich'): Promise<Uint8Array> {
  assertDrawable(drawing)
  if (drawing.blank === true) return await drawBlank(drawing)
  const { raster: computed, accent } = compute(drawing, detail)
  const raster = await enlarge(computed, drawing, detail)
  const texts = detail === 'rich' && !isPreview(drawing) ? literalsOf(drawing.prompt) : []
  // The band must not show what only the picture may be read for.
  drawLabel(raster, without(texts, drawing.prompt), accent)
  // Nobody's ground would be clear with a band that ends at the border.
  clearFrame(raster)
  const { data, ...raw } = raster
  const shown = drawing.misspelt === true ? texts.map(misspell) : texts
  const panels = await drawPanels(shown, drawing)
  const image = sharp(data, { raw })
  if (panels.length > 0) image.composite([...panels])
  if (drawing.blurred === true) {
    image.blur(Math.max(1, Math.min(drawing.width, drawing.height) * BLUR_SHARE))
  }
  return await encode(image, drawing.format, detail)
}
