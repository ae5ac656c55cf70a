import type { Model } from '../../core/catalog/model.ts'
import type { Size } from '../../core/request/image-request.ts'
import { startOfDay } from '../../core/time.ts'
import { readModelsFile } from '../shared/models-file.ts'
import modelsFile from './models.json' with { type: 'json' }

const { models } = readModelsFile('gemini', modelsFile)

/** What one of Google's models is, as the emulator knows it. */
export interface EmulatedModel {
  readonly model: Model
  readonly method: 'generateContent' | 'predict'
  /** Values of `imageSize` that it takes; empty when it has no such field. */
  readonly imageSizes: readonly string[]
  readonly thinkingLevels: readonly string[]
  readonly aspects: readonly string[]
}

/** Finds a model that is alive at an instant; the others answer 404 alike. */
export function modelAt(name: string, now: number): EmulatedModel | undefined {
  const model = models.find(({ id, otherNames }) => id === name || otherNames.includes(name))
  const shutdown = model?.lifecycle.shutdownAt
  const isGone = shutdown !== undefined && now >= startOfDay(shutdown)
  return model === undefined || isGone ? undefined : emulated(model)
}

/** All models that are alive, as `GET /models` lists them. */
export const listModels = (now: number) =>
  models.flatMap(({ id }) => {
    const found = modelAt(id, now)
    return found === undefined ? [] : [describeModel(found)]
  })

/** A model as `GET /models/{id}` describes it. */
export const describeModel = ({ model, method }: EmulatedModel) => ({
  name: `models/${model.id}`,
  version: '001',
  displayName: model.id,
  description: 'Emulated by the Keeprate sandbox.',
  inputTokenLimit: 65_536,
  outputTokenLimit: 32_768,
  supportedGenerationMethods:
    method === 'predict' ? ['predict'] : ['generateContent', 'countTokens'],
})

function emulated(model: Model): EmulatedModel {
  const { sizes, wire } = model
  const classes = sizes.kind === 'aspect' ? (sizes.classes ?? []) : []
  const levels = wire.thinking_levels
  return {
    model,
    method: wire.predict === true ? 'predict' : 'generateContent',
    imageSizes: classes.map(({ name }) => name.toUpperCase()),
    thinkingLevels: Array.isArray(levels) ? levels.map(String) : [],
    aspects: sizes.kind === 'aspect' ? sizes.aspects : [],
  }
}

/**
 * Pixels of each shape at 1K (HeyPuter/puter about 2026-09); an upright shape is the turned one.
 * Those of 4:1 and 8:1 are not published and are the emulator's own.
 */
const WIDE_PIXELS: { readonly [aspect: string]: readonly [width: number, height: number] } = {
  '1:1': [1024, 1024],
  '3:2': [1264, 848],
  '4:3': [1200, 896],
  '5:4': [1152, 928],
  '16:9': [1376, 768],
  '21:9': [1584, 672],
  '4:1': [2048, 512],
  '8:1': [2944, 368],
}

/** How many times longer the edges of each size are than those of 1K. */
const SCALES: { readonly [size: string]: number } = { '512': 0.5, '1K': 1, '2K': 2, '4K': 4 }

/** Pixels of a picture of a shape and size. */
export function pixelsOf(aspect: string, imageSize: string): Size {
  const scale = SCALES[imageSize] ?? 1
  const wide = WIDE_PIXELS[aspect]
  const [across, along] = aspect.split(':')
  const [height, width] = WIDE_PIXELS[`${along}:${across}`] ?? [1024, 1024]
  const [w, h] = wide ?? [width, height]
  return { width: w * scale, height: h * scale }
}
