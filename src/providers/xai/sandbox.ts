import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import {
  badArgument,
  noCredit,
  noSuchKey,
  noSuchModel,
  noSuchPath,
  rateLimited,
  serverError,
} from './sandbox-errors.ts'
import { models, type PictureRequest, readPictureRequest } from './sandbox-request.ts'

/**
 * Nano-dollars of a picture at 1k and 2k, and of an input image, written down a second time on
 * purpose (not read from `prices.json`). Sources as there, read 2026-11-20.
 */
const PRICES: { readonly [key: string]: readonly [small: bigint, large: bigint, input: bigint] } = {
  'grok-imagine-image': [20_000_000n, 20_000_000n, 2_000_000n],
  'grok-imagine-image-quality': [50_000_000n, 70_000_000n, 10_000_000n],
  'grok-imagine-image-2.0 low': [40_000_000n, 60_000_000n, 10_000_000n],
  'grok-imagine-image-2.0 medium': [60_000_000n, 80_000_000n, 10_000_000n],
}
const TICKS_PER_NANO = 10n
/** What a played rate limit asks to wait. */
const RATE_LIMIT_PAUSE_SECONDS = 2
/** Share of a truncated picture that arrives. */
const TRUNCATED_SHARE = 0.6
/** How long a link is good; xAI says only that links are temporary. */
const LINK_LIFE_MS = 3_600_000
/** Pictures that are kept behind links; older ones are forgotten. */
const MOST_LINKS = 200

/** Emulates xAI's Grok Imagine, strict about arguments. */
export default defineEmulator({
  id: 'xai',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/v1/links/')) return readLink(path.slice(10), kit)
    const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (bearer === undefined || bearer.startsWith('invalid')) return noSuchKey()
    if (method === 'GET' && path === '/v1/models') return listModels()
    const kind = /^\/v1\/images\/(generations|edits)$/.exec(path)?.[1]
    if (method !== 'POST' || kind === undefined) return noSuchPath()
    return makePictures(kind === 'edits' ? 'edits' : 'generations', request, kit)
  },
})

const json = (value: unknown): EmulatorAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

const listModels = (): EmulatorAnswer =>
  json({
    object: 'list',
    data: models.map(({ id }) => ({
      id,
      object: 'model',
      created: 1_756_684_800,
      owned_by: 'xai',
    })),
  })

async function makePictures(
  kind: 'generations' | 'edits',
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  const body = parseJson(request.body)
  if (!isObject(body)) return badArgument('The body is no JSON object.')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = earlyFault(fault, String(body.model))
  if (early !== undefined) return early
  const read = readPictureRequest(kind, body)
  if (!read.ok) return read.refusal
  const asked = read.value
  const requestId = kit.hexId(32)
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.n - 1 : asked.n
  const nano = chargeOf(asked, count, fault)
  const dollars = dollarsFromNano(nano)
  kit.bill({ model: asked.model.id, images: count, dollars, requestId })
  await kit.latency(asked.model.typicalSeconds, request.signal)
  if (fault === 'server-error-billed') return serverError(500)
  const data = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      entryOf(asked, { index, requestId, fault, kit, baseUrl: request.baseUrl }),
    ),
  )
  return json({ data, usage: { cost_in_usd_ticks: Number(nano * TICKS_PER_NANO) } })
}

/** An answer without pictures is charged as one that has them: the work was done. */
function chargeOf(asked: PictureRequest, count: number, fault: Fault | undefined): bigint {
  const { model, quality, resolution, inputs } = asked
  const key = model.qualities.length > 0 ? `${model.id} ${quality}` : model.id
  const [small, large, input] = PRICES[key] ?? [0n, 0n, 0n]
  const each = (resolution === '2k' ? large : small) + BigInt(inputs) * input
  const total = each * BigInt(fault === 'empty' ? asked.n : count)
  return fault === 'cost-differs' ? (total * 3n) / 2n : total
}

interface Place {
  readonly index: number
  readonly requestId: string
  readonly fault: Fault | undefined
  readonly kit: EmulatorKit
  readonly baseUrl: string
}

async function entryOf(asked: PictureRequest, place: Place): Promise<object> {
  const { fault, kit } = place
  if (fault === 'moderate-output') return { url: null, respect_moderation: false }
  const bytes = await drawOne(asked, place)
  const facts = { mime_type: 'image/jpeg', revised_prompt: asked.prompt, respect_moderation: true }
  if (!asked.wantsLinks) return { b64_json: Buffer.from(bytes).toString('base64'), ...facts }
  const id = kit.hexId(32)
  keepLink(id, bytes, kit)
  return { url: `${place.baseUrl}/v1/links/${id}`, ...facts }
}

async function drawOne(
  asked: PictureRequest,
  { index, requestId, fault, kit }: Place,
): Promise<Uint8Array> {
  if (fault === 'not-an-image') return Buffer.from('This is text where a picture should be.')
  const { width, height } = asked.size
  const picture = await kit.draw({
    // Half as wide only, so that the shape is wrong too: xAI promises no more than a shape.
    width: fault === 'wrong-size' ? width / 2 : width,
    height,
    prompt: asked.prompt,
    seed: kit.hash(`${requestId} ${index}`),
    format: 'jpeg',
    ...(fault === 'blank' ? { blank: true } : {}),
  })
  const end = fault === 'truncated' ? Math.floor(picture.length * TRUNCATED_SHARE) : picture.length
  return picture.subarray(0, end)
}

type Links = Map<string, { readonly bytes: Uint8Array; readonly until: number }>

function linksOf({ state }: EmulatorKit): Links {
  const links = (state.get('links') ?? new Map()) as Links
  state.set('links', links)
  return links
}

function keepLink(id: string, bytes: Uint8Array, kit: EmulatorKit): void {
  const links = linksOf(kit)
  const [oldest] = links.keys()
  if (links.size >= MOST_LINKS && oldest !== undefined) links.delete(oldest)
  links.set(id, { bytes, until: kit.now() + kit.scaled(LINK_LIFE_MS) })
}

function readLink(id: string, kit: EmulatorKit): EmulatorAnswer {
  const link = linksOf(kit).get(id)
  if (link === undefined || kit.now() >= link.until) return noSuchPath()
  return { status: 200, headers: { 'content-type': 'image/jpeg' }, body: link.bytes }
}

/** Faults that come before any work, so nothing is billed. */
function earlyFault(fault: Fault | undefined, model: string): EmulatorAnswer | undefined {
  switch (fault) {
    case 'moderate-input':
      return badArgument('Prompt rejected by content moderation.')
    case 'invalid-key':
      return noSuchKey()
    case 'no-credit':
      return noCredit()
    case 'rate-limit':
      return rateLimited(RATE_LIMIT_PAUSE_SECONDS)
    case 'user-error':
      return badArgument('Argument not supported: size')
    case 'model-gone':
      return noSuchModel(model)
    case 'server-error':
      return serverError(500)
    case 'overloaded':
      return serverError(503)
    case 'error-in-200':
      return serverError(200)
    default:
      return undefined
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
