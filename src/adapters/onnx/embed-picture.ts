import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InferenceSession, Tensor } from 'onnxruntime-web'
import sharp from 'sharp'
import { z } from 'zod'
import { numbersOf, unit } from './vector.ts'

/** Channels of red, green and blue. */
const triple = z.tuple([z.number(), z.number(), z.number()])
const edges = z.union([
  z.number().int().positive(),
  z.object({ shortest_edge: z.number().int().positive() }),
  z.object({ height: z.number().int().positive(), width: z.number().int().positive() }),
])
/**
 * How a model wants its pictures: `preprocessor_config.json` as Hugging Face writes it for CLIP and
 * SigLIP (class CLIPImageProcessor of transformers, read 2026-11-26).
 */
const preparation = z.object({
  size: edges.optional(),
  crop_size: edges.optional(),
  image_mean: triple,
  image_std: triple,
})

/** What is loaded of a folder. */
interface Model {
  readonly session: InferenceSession
  readonly width: number
  readonly height: number
  readonly mean: readonly number[]
  readonly deviation: readonly number[]
}
/** Edge of CLIP's pictures, where the folder names none. */
const USUAL_EDGE = 224
/** Pictures beyond that are refused before they are decoded. */
const MOST_PIXELS = 100_000_000

let loaded: { readonly folder: string; readonly model: Promise<Model> } | undefined

/** A picture as a vector of unit length. The model of the folder is loaded with the first one. */
export async function embedPicture(bytes: Uint8Array, folder: string): Promise<Float32Array> {
  if (loaded?.folder !== folder) loaded = { folder, model: load(folder) }
  const { model } = loaded
  try {
    return await vectorOf(bytes, await model)
  } catch (error) {
    loaded = undefined
    throw error
  }
}

async function load(folder: string): Promise<Model> {
  const [config, bytes] = await Promise.all([
    readFile(join(folder, 'preprocessor_config.json'), 'utf8'),
    readFile(join(folder, 'onnx/vision_model.onnx')),
  ])
  const { size, crop_size, image_mean, image_std } = preparation.parse(JSON.parse(config))
  const edge = crop_size ?? size ?? USUAL_EDGE
  const { width, height } =
    typeof edge === 'number'
      ? { width: edge, height: edge }
      : 'width' in edge
        ? edge
        : { width: edge.shortest_edge, height: edge.shortest_edge }
  const session = await InferenceSession.create(bytes)
  return { session, width, height, mean: image_mean, deviation: image_std }
}

async function vectorOf(bytes: Uint8Array, model: Model): Promise<Float32Array> {
  const { session, width, height, mean, deviation } = model
  const pixels = await sharp(bytes, { limitInputPixels: MOST_PIXELS, pages: 1 })
    .autoOrient()
    .flatten({ background: '#ffffff' })
    .resize({ width, height, fit: 'cover', kernel: 'cubic' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
  // One plane for each channel, each value as far from the mean of the training as it was there.
  const area = width * height
  const values = Float32Array.from({ length: 3 * area }, (_, at) => {
    const channel = Math.floor(at / area)
    const value = (pixels[(at % area) * 3 + channel] ?? 0) / 255
    return (value - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
  })
  const [input = ''] = session.inputNames
  const feeds = { [input]: new Tensor('float32', values, [1, 3, height, width]) }
  const outputs = await session.run(feeds)
  const vector = outputs.image_embeds ?? outputs.pooler_output
  if (vector !== undefined) return unit(numbersOf(vector))
  throw new Error(`the model gives ${session.outputNames.join(', ')}, and no image_embeds`)
}
