import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { isObject } from '../core/json.ts'
import {
  defineEmulator,
  type Emulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
} from '../providers/shared/emulator.ts'
import { guessClass } from './guess-class.ts'
import { hashText, unitOf } from './seeded.ts'

/** What the referee knows, and how well it judges. */
export interface RefereeSettings {
  /** The hidden truth about a picture, by its SHA-256; undefined for one that nobody knows. */
  readonly isGood: (digest: string) => boolean | undefined
  /** What a picture was asked to show, for vectors of pictures; undefined when nobody knows. */
  readonly promptOf?: (digest: string) => string | undefined
  /** α: share of good pictures that it passes. */
  readonly passGood?: number
  /** β: share of bad pictures that it passes. */
  readonly passBad?: number
}

/** Its name stands in every answer, so that nobody takes it for a model that sees. */
export const REFEREE_MODEL = 'sandbox-referee'
/** Tokens of a picture of 1,024 pixels; they are about right for several models. */
const PICTURE_TOKENS = 765
const CHARACTERS_PER_TOKEN = 4
/** Dollars a token, input and output alike: a round figure of a small model that sees. */
const DOLLARS_PER_TOKEN = 0.000001
/** The same, for whoever asks it. */
export const REFEREE_PRICE = {
  components: [{ kind: 'tokens', text_in: '0.000001', text_out: '0.000001' }],
} as const
const WORD_DIMENSIONS = 64
/** Share of a picture's vector that comes from its colours rather than from its prompt. */
const COLOUR_WEIGHT = 0.5

/**
 * An emulated judge and an emulated embedder on OpenAI's wire format. It sees nothing: it knows the
 * sandbox's hidden truth and errs as often as it is told to, always in the same way about the same
 * picture. What it says is never evidence about quality; it is there to exercise everything around.
 */
export const createReferee = (settings: RefereeSettings): Emulator =>
  defineEmulator({
    id: 'referee',
    basePath: '/v1',
    handle: async (request, kit) => {
      const body = bodyOf(request)
      if (!isObject(body)) return refusal(400, 'the body is no JSON object')
      switch (`${request.method} ${request.path}`) {
        case 'POST /v1/chat/completions':
          return complete(body, settings, kit)
        case 'POST /v1/embeddings':
          return embed(body, settings, kit)
        default:
          return refusal(404, `the referee has no ${request.method} ${request.path}`)
      }
    },
  })

function complete(
  body: Record<string, unknown>,
  { isGood, passGood = 0.9, passBad = 0.2 }: RefereeSettings,
  kit: EmulatorKit,
): EmulatorAnswer {
  const parts = contentOf(body.messages)
  const bytes = pictureOf(parts)
  const text = parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('')
  if (schemaName(body.response_format) === 'prompt_class') {
    return completion(JSON.stringify(guessClass(text)), tokensOf(text), kit)
  }
  const ids = askedIds(body.response_format)
  if (bytes === undefined || ids.length === 0) {
    return refusal(400, 'a picture and a schema with requirements are needed')
  }
  const digest = sha256(bytes)
  const truth = isGood(digest)
  const luck = unitOf(hashText(`verdict:${digest}`))
  const passes = truth !== undefined && luck < (truth ? passGood : passBad)
  const doubtful = unitOf(hashText(`which:${digest}`)) * ids.length
  const met = (index: number): string => {
    if (truth === undefined) return 'unsure'
    return passes || index !== Math.floor(doubtful) ? 'yes' : 'no'
  }
  const review = {
    requirements: ids.map((id, index) => ({ id, met: met(index), evidence: 'emulated' })),
    artefacts: [],
    verdict: passes ? 'accept' : 'reject',
  }
  return completion(JSON.stringify(review), PICTURE_TOKENS + tokensOf(text), kit)
}

/** What it says, as a chat's answer; billed by its length. */
function completion(content: string, promptTokens: number, kit: EmulatorKit): EmulatorAnswer {
  const usage = { prompt_tokens: promptTokens, completion_tokens: tokensOf(content) }
  const id = bill(kit, usage.prompt_tokens + usage.completion_tokens)
  return json({
    ...{ id, object: 'chat.completion', created: Math.floor(kit.now() / 1_000) },
    ...{ model: REFEREE_MODEL, system_fingerprint: 'sandbox' },
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content, refusal: null } },
    ],
    usage: { ...usage, total_tokens: usage.prompt_tokens + usage.completion_tokens },
  })
}

async function embed(
  body: Record<string, unknown>,
  { promptOf = () => undefined }: RefereeSettings,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  const inputs = inputsOf(body)
  if (inputs.length === 0) return refusal(400, 'there is no input')
  const data = await Promise.all(
    inputs.map(async (input, index) => {
      const words = typeof input === 'string' ? input : (promptOf(sha256(input)) ?? '')
      const colours = typeof input === 'string' ? [] : await coloursOf(input)
      const embedding = [
        ...wordVector(words).map((value) => value * (1 - COLOUR_WEIGHT)),
        ...Array.from({ length: 48 }, (_, at) => (colours[at] ?? 0) * COLOUR_WEIGHT),
      ]
      return { object: 'embedding', index, embedding }
    }),
  )
  const tokens = inputs.reduce(
    (sum, input) => sum + (typeof input === 'string' ? tokensOf(input) : PICTURE_TOKENS),
    0,
  )
  bill(kit, tokens)
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return json({ object: 'list', model: REFEREE_MODEL, data, usage })
}

/** Counts words into places that their hashes pick: texts with the same words are near. */
function wordVector(text: string): readonly number[] {
  const vector = Array<number>(WORD_DIMENSIONS).fill(0)
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
    const place = hashText(word) % WORD_DIMENSIONS
    vector[place] = (vector[place] ?? 0) + 1
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

/** Mean colours of a grid of 4 × 4, around zero: pictures in the same colours are near. */
async function coloursOf(bytes: Uint8Array): Promise<readonly number[]> {
  const pixels = await sharp(bytes).resize(4, 4, { fit: 'fill' }).flatten().raw().toBuffer()
  const vector = [...pixels.subarray(0, 48)].map((value) => value - 128)
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN)

function bill(kit: EmulatorKit, tokens: number): string {
  const requestId = `chatcmpl-${kit.hexId(24)}`
  const dollars = (tokens * DOLLARS_PER_TOKEN).toFixed(6)
  kit.bill({ model: REFEREE_MODEL, images: 0, dollars, requestId })
  return requestId
}

function bodyOf({ body }: EmulatorRequest): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/** The parts of all messages, in their order; a text alone is a part. */
function contentOf(messages: unknown): readonly Record<string, unknown>[] {
  const rows: readonly unknown[] = Array.isArray(messages) ? messages : []
  return rows.filter(isObject).flatMap(({ content }) => {
    if (typeof content === 'string') return [{ type: 'text', text: content }]
    return Array.isArray(content) ? content.filter(isObject) : []
  })
}

const DATA_URL = /^data:image\/[a-z]+;base64,/

function bytesOf(url: unknown): Uint8Array | undefined {
  if (typeof url !== 'string' || !DATA_URL.test(url)) return undefined
  return Buffer.from(url.replace(DATA_URL, ''), 'base64')
}

function pictureOf(parts: readonly Record<string, unknown>[]): Uint8Array | undefined {
  const part = parts.find(({ type }) => type === 'image_url')?.image_url
  return isObject(part) ? bytesOf(part.url) : undefined
}

const schemaName = (format: unknown): unknown => {
  const schema = isObject(format) ? format.json_schema : undefined
  return isObject(schema) ? schema.name : undefined
}

/** The ids that the schema lets a judge answer: the list is held by the schema, not by the text. */
function askedIds(format: unknown): readonly string[] {
  let place: unknown = format
  const way = ['json_schema', 'schema', 'properties', 'requirements', 'items', 'properties', 'id']
  for (const key of way) place = isObject(place) ? place[key] : undefined
  const ids: unknown = isObject(place) ? place.enum : undefined
  return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
}

/** Texts and pictures to embed, in both ways in which servers take pictures. */
function inputsOf({ input, messages }: Record<string, unknown>): readonly (string | Uint8Array)[] {
  const picture = pictureOf(contentOf(messages))
  if (picture !== undefined) return [picture]
  const rows: readonly unknown[] = Array.isArray(input) ? input : [input]
  return rows.flatMap((row): readonly (string | Uint8Array)[] => {
    if (typeof row === 'string') return [row]
    if (!isObject(row)) return []
    const bytes = bytesOf(row.image)
    if (bytes !== undefined) return [bytes]
    return typeof row.text === 'string' ? [row.text] : []
  })
}

const json = (value: unknown): EmulatorAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

const refusal = (status: number, message: string): EmulatorAnswer => ({
  ...json({ error: { message, type: 'invalid_request_error' } }),
  status,
})
