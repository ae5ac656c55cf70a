// Makes a picture, then changes a part of it: the transparent part of the mask.
//   npm start                    (in another terminal)
//   node examples/edit-with-mask.ts
import { writeFile } from 'node:fs/promises'
import OpenAI, { toFile } from 'openai'
import sharp from 'sharp'

const client = new OpenAI({
  baseURL: process.env.KEEPRATE_BASE_URL ?? 'http://127.0.0.1:4343/v1',
  apiKey: process.env.KEEPRATE_API_KEY ?? 'sk-keeprate-sandbox',
})

const EDGE = 1024
const size = `${EDGE}x${EDGE}` as const

const made = await client.images.generate({ model: 'auto', prompt: 'a desk by a window', size })
const picture = bytesOf(made)

// Opaque everywhere but in the middle: only the middle may change. As large as the picture.
const hole = { width: EDGE / 2, height: EDGE / 2, channels: 4, background: '#000' } as const
const mask = await sharp({ create: { ...hole, width: EDGE, height: EDGE } })
  .composite([{ input: { create: hole }, blend: 'dest-out' }])
  .png()
  .toBuffer()

const edited = await client.images.edit({
  model: 'auto',
  prompt: 'a vase with yellow tulips',
  image: await toFile(picture, 'desk.png', { type: 'image/png' }),
  mask: await toFile(mask, 'mask.png', { type: 'image/png' }),
})
const path = process.argv[2] ?? 'desk-with-tulips.png'
await writeFile(path, bytesOf(edited))
console.log(`${path}: ${edited.size}, ${edited.output_format}`)

function bytesOf({ data }: OpenAI.ImagesResponse): Buffer {
  return Buffer.from(data?.[0]?.b64_json ?? '', 'base64')
}
