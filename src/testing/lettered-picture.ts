import sharp from 'sharp'
import type { Size } from '../core/request/image-request.ts'

/** A text on a picture, and how it is set. */
export interface Lettered extends Size {
  readonly text: string
  /** What the text stands on; a plain ground without it. */
  readonly ground?: Uint8Array
  readonly font?: 'DejaVu Sans' | 'DejaVu Serif' | 'DejaVu Sans Mono'
  /** Height of the letters, in pixels. */
  readonly letterSize: number
  readonly isBold?: boolean
  /** `sign`: on a panel; `plain`: straight on the ground. */
  readonly setting: 'sign' | 'plain'
  /** Light letters on a dark ground. */
  readonly isLight?: boolean
  /** In place of black and white. */
  readonly colours?: { readonly ink: string; readonly paper: string }
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** Writes a text into the middle of a picture: a PNG. Needs the DejaVu fonts. */
export async function letteredPicture(lettered: Lettered): Promise<Uint8Array> {
  const { width, height, text, letterSize, setting, isLight = false, isBold = false } = lettered
  const { font = 'DejaVu Sans' } = lettered
  const usual = isLight
    ? { ink: '#fafafa', paper: '#1d2733' }
    : { ink: '#161616', paper: '#f4f1ea' }
  const { ink, paper } = lettered.colours ?? usual
  const panel = `<rect x="6%" y="${height / 2 - letterSize}" width="88%" height="${letterSize * 2}"
    rx="${letterSize / 5}" fill="${paper}"/>`
  const words = `<text x="50%" y="${height / 2 + letterSize * 0.35}" text-anchor="middle"
    font-family="${font}" font-size="${letterSize}" font-weight="${isBold ? 700 : 400}"
    fill="${ink}">${escaped(text)}</text>`
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    ${setting === 'sign' ? panel : ''}${words}</svg>`
  const ground =
    lettered.ground === undefined
      ? sharp({ create: { width, height, channels: 3, background: paper } })
      : sharp(lettered.ground).resize(width, height, { fit: 'cover' })
  return await ground
    .composite([{ input: Buffer.from(drawing) }])
    .png()
    .toBuffer()
}
