import { invalid } from '../errors/gateway-error.ts'
import { type ImageFormat, imageFormats, type Size } from '../request/image-request.ts'

/**
 * Widths that renditions have: those of usual pages and icons. Each picture has at most these in
 * each format, however many people ask.
 */
export const renditionWidths = [
  ...[64, 96, 128, 160, 200, 256, 320, 400, 480, 512, 600, 640, 768, 800, 960, 1024],
  ...[1200, 1280, 1440, 1536, 1600, 1792, 1920, 2048],
] as const

/** What is asked of a picture that is looked at. */
export interface WantedRendition {
  readonly width?: number
  readonly format?: ImageFormat
}

/**
 * Reads `w` and `fmt` of a link.
 * @throws GatewayError that names what is wrong.
 */
export function readRendition(query: {
  readonly w?: unknown
  readonly fmt?: unknown
}): WantedRendition {
  const { w, fmt } = query
  const width = renditionWidths.find((each) => String(each) === w)
  if (w !== undefined && width === undefined) {
    throw invalid('w', `w must be one of ${renditionWidths.join(', ')}.`)
  }
  const format = imageFormats.find((each) => each === (fmt === 'jpg' ? 'jpeg' : fmt))
  if (fmt !== undefined && format === undefined) {
    throw invalid('fmt', `fmt must be one of ${imageFormats.join(', ')}.`)
  }
  return {
    ...(width === undefined ? {} : { width }),
    ...(format === undefined ? {} : { format }),
  }
}

/** The size of a rendition: never larger than the picture, of the same shape. */
export function renditionSize({ width, height }: Size, wanted: number): Size {
  const scaled = Math.min(width, wanted)
  return { width: scaled, height: Math.max(1, Math.round((height * scaled) / width)) }
}
