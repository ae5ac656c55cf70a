import { z } from 'zod'
import type {
  LabelledPair,
  LabelledRequest,
  LabelledTriplet,
} from '../core/cache/evaluate-pairs.ts'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { InputImage } from '../core/request/image-request.ts'
import { normaliseRequest } from '../core/request/normalise.ts'

/** Most lines of a file; a longer one is a mistake. */
const MAX_LINES = 200_000

/** A request as a line says it; what the cache does not look at is read past. */
const requestSchema = z.looseObject({
  prompt: z.string(),
  model: z.string().nullish(),
  size: z.string().nullish(),
  n: z.number().nullish(),
  seed: z.number().nullish(),
  quality: z.string().nullish(),
  style: z.string().nullish(),
  background: z.string().nullish(),
  negative_prompt: z.string().nullish(),
  moderation: z.enum(['auto', 'low']).nullish(),
  tenant: z.string().nullish(),
  profile: z.string().nullish(),
  brand: z.string().nullish(),
  image_sha256: z.string().nullish(),
  mask_sha256: z.string().nullish(),
})
const pairSchema = z.looseObject({
  a: requestSchema,
  b: requestSchema,
  label: z.enum(['same', 'different']),
  kind: z.string().default('any'),
})
const tripletSchema = z.looseObject({
  anchor: z.string(),
  same: z.string(),
  different: z.string(),
  kind: z.string().default('any'),
})

/** What a file of labelled requests holds. */
export interface LabelledFile {
  readonly pairs: readonly LabelledPair[]
  readonly triplets: readonly LabelledTriplet[]
}

/**
 * Reads JSON lines, each a pair or a triplet.
 * @throws GatewayError that names the line.
 */
export function readPairs(text: string, path: string): LabelledFile {
  const lines = text.split('\n').map((line) => line.trim())
  if (lines.length > MAX_LINES) {
    throw invalid('file', `${path} has more than ${MAX_LINES} lines.`)
  }
  const pairs: LabelledPair[] = []
  const triplets: LabelledTriplet[] = []
  for (const [index, line] of lines.entries()) {
    if (line === '') continue
    const place = `${path}:${index + 1}`
    const value = parse(line, place)
    if (typeof value === 'object' && value !== null && 'anchor' in value) {
      const { anchor, same, different, kind } = checked(tripletSchema, value, place)
      const of = (prompt: string): LabelledRequest => requestOf({ prompt }, place)
      triplets.push({ anchor: of(anchor), same: of(same), different: of(different), kind })
    } else {
      const { a, b, label, kind } = checked(pairSchema, value, place)
      const isSame = label === 'same'
      pairs.push({ made: requestOf(a, place), asked: requestOf(b, place), isSame, kind })
    }
  }
  if (pairs.length + triplets.length === 0) throw invalid('file', `${path} has no lines.`)
  return { pairs, triplets }
}

function parse(line: string, place: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw invalid('file', `${place}: this line is no JSON.`)
  }
}

function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  place: string,
): z.output<Schema> {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw invalid('file', `${place}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}.`)
}

const picture = (digest: string): InputImage => ({
  ...{ digest, format: 'png', byteLength: 1, hasAlpha: true, width: 1024, height: 1024 },
})

function requestOf(line: z.output<typeof requestSchema>, place: string): LabelledRequest {
  const { negative_prompt, tenant, profile, image_sha256, mask_sha256 } = line
  const brand = line.brand ?? profile
  const { prompt, model, size, n, seed, quality, style, background, moderation } = line
  try {
    const request = normaliseRequest({
      ...{ prompt, model, size, n, seed, quality, style, background, moderation },
      operation: image_sha256 == null ? 'generate' : 'edit',
      negativePrompt: negative_prompt,
      images: image_sha256 == null ? [] : [picture(image_sha256)],
      ...(mask_sha256 == null ? {} : { mask: picture(mask_sha256) }),
    })
    return { request, tenant: tenant ?? 'default', ...(brand == null ? {} : { brand }) }
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
    throw invalid('file', `${place}: ${error.message}`)
  }
}
