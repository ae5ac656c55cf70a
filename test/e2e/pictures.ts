import sharp from 'sharp'

/** A real PNG of one colour with a stripe, so that it is not blank; it has no alpha channel. */
export const makePng = (size: {
  readonly width: number
  readonly height: number
}): Promise<Buffer> => {
  const channels = 3
  const stripe = {
    create: {
      width: size.width,
      height: Math.ceil(size.height / 3),
      channels,
      background: { r: 240, g: 240, b: 90, alpha: 1 },
    },
  } as const
  return sharp({
    create: { ...size, channels, background: { r: 40, g: 90, b: 160, alpha: 1 } },
  })
    .composite([{ input: stripe, gravity: 'centre' }])
    .removeAlpha()
    .png()
    .toBuffer()
}

/** A mask in OpenAI's form: opaque, with a transparent hole in the middle. */
export async function makeMask(size: {
  readonly width: number
  readonly height: number
}): Promise<Buffer> {
  const { width, height } = size
  const pixels = Buffer.alloc(width * height * 4, 255)
  for (let y = Math.floor(height / 4); y < height / 2; y += 1) {
    pixels.fill(0, (y * width + Math.floor(width / 4)) * 4, (y * width + Math.floor(width / 2)) * 4)
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer()
}

/** Width, height and format of a picture, by a decoder that is not ours. */
export async function describe(
  bytes: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly format: string }> {
  const { width, height, format } = await sharp(bytes).metadata()
  return { width, height, format }
}

/** Whether all pixels are nearly the same, by a decoder that is not ours. */
export async function isOneColour(bytes: Uint8Array): Promise<boolean> {
  const { channels } = await sharp(bytes).stats()
  return channels.every(({ stdev }) => stdev < 1)
}
