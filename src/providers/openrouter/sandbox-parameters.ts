import type { Model } from '../../core/catalog/model.ts'
import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'
import { factsOf } from './facts.ts'

/** Parameters of `POST /images` (npm @openrouter/sdk 1.3.19, ImageGenerationRequest). */
const PARAMETERS = [
  'model',
  'prompt',
  'n',
  'size',
  'resolution',
  'aspect_ratio',
  'quality',
  'background',
  'output_format',
  'output_compression',
  'seed',
  'input_references',
  'provider',
  'stream',
  'user',
  'session_id',
  'trace',
]
const RESOLUTIONS = ['512', '1K', '2K', '4K']
/** The choices of each parameter that has some (same source). */
const CHOICES: { readonly [name: string]: readonly string[] } = {
  resolution: RESOLUTIONS,
  quality: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'],
  background: ['auto', 'transparent', 'opaque'],
  output_format: ['png', 'jpeg', 'webp', 'svg'],
}
/** An explicit size and a shape may differ so much before they contradict each other. */
const SHAPE_TOLERANCE = 0.05

type Body = Record<string, unknown>

/** What is wrong with the parameters of a request, in words; undefined when nothing is. */
export function flawOfParameters(body: Body, model: Model): string | undefined {
  const unknown = Object.keys(body).find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) return `Unrecognized key: "${unknown}"`
  if (typeof body.prompt !== 'string' || body.prompt === '') return 'prompt: Required'
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = body[name]
    if (value !== undefined && !choices.includes(String(value))) {
      return `${name}: Invalid option: expected one of ${choices.join('|')}`
    }
  }
  return flawOfCount(body, model) ?? flawOfSize(body, model) ?? flawOfPassthrough(body, model)
}

function flawOfCount({ n = 1 }: Body, { maxImagesPerCall }: Model): string | undefined {
  const isCount = Number.isInteger(n) && Number(n) >= 1 && Number(n) <= 10
  if (!isCount) return 'n: expected a whole number from 1 to 10'
  return Number(n) > maxImagesPerCall ? 'n: this model makes one image a request' : undefined
}

/** Pixels are authoritative: a resolution or a shape beside them must agree. */
function flawOfSize(body: Body, { sizes }: Model): string | undefined {
  const { size, resolution, aspect_ratio: aspect } = body
  const exact = /^([1-9]\d*)x([1-9]\d*)$/.exec(String(size ?? ''))
  if (size !== undefined && exact === null && !RESOLUTIONS.includes(String(size))) {
    return 'size: expected a tier such as 2K, or pixels such as 2048x2048'
  }
  if (exact !== null) {
    const ratio = Number(exact[1]) / Number(exact[2])
    const asked = typeof aspect === 'string' ? parseAspect(aspect) : undefined
    const isOther = asked !== undefined && Math.abs(ratio / asked - 1) > SHAPE_TOLERANCE
    if (isOther || resolution !== undefined) return 'size conflicts with resolution or aspect_ratio'
  }
  const tier = resolutionIn(body)
  const classes = sizes.kind === 'aspect' ? (sizes.classes ?? []) : []
  const isMade = tier === undefined || classes.some(({ name }) => name.toUpperCase() === tier)
  return isMade ? undefined : `resolution: ${tier} is not supported by this model`
}

/** The resolution of a request, as itself or as a size. */
export const resolutionIn = ({ resolution, size }: Body): string | undefined =>
  [resolution, size].map(String).find((name) => RESOLUTIONS.includes(name))

/** What is passed on to a supplier must stand in its record. */
function flawOfPassthrough({ provider }: Body, model: Model): string | undefined {
  const options = isObject(provider) && isObject(provider.options) ? provider.options : {}
  const names = Object.values(options).flatMap((own) => (isObject(own) ? Object.keys(own) : []))
  const foreign = names.find((name) => !factsOf(model).passthrough.includes(name))
  return foreign && `provider.options: ${foreign} is not an allowed passthrough parameter`
}

/** One input picture with its pixels, where it is one. */
export interface ReadInput {
  readonly header: Size | undefined
}

/** Input pictures as data URLs; the emulator fetches nothing. */
export function inputsOf({ input_references: list }: Body): readonly ReadInput[] {
  return (Array.isArray(list) ? list : []).map((entry) => {
    const image = isObject(entry) ? entry.image_url : undefined
    const url = isObject(image) ? image.url : undefined
    const match = typeof url === 'string' ? /^data:image\/\w+;base64,(.+)$/s.exec(url) : null
    return { header: readImageHeader(Buffer.from(match?.[1] ?? '', 'base64')) }
  })
}
