import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { missingPictures } from '../shared/openai-images/picture-list.ts'
import { drawnSize } from '../shared/own-models.ts'
import { postJson } from '../shared/wire-request.ts'
import { answerWords, classifyInside } from './failures.ts'
import { acceptedOptions } from './options.ts'

// Routes and names of parameters: SwarmUI, docs/API.md, docs/APIRoutes/T2IAPI.md and
// src/WebAPI/T2IAPI.cs, read 2026-11-26.

/** Opens a session. It is free, and every other call has to name one. */
export const SESSION: WireRequest = postJson('/API/GetNewSession', {})

/** Each call has a session of its own: an old one may have been forgotten. */
export const toSession = (
  _call: ProviderCall,
  answers: readonly HttpAnswer[],
): WireRequest | undefined => (answers.length === 0 ? SESSION : undefined)

/** FLUX is guided by itself; the other guidance stays off. */
const NO_GUIDANCE = 1
/** What the interface itself takes for edits (src/wwwroot/js/genpage/main.js). */
const CREATIVITY = 0.6

/** Prints a call. */
export const toWire = (call: ProviderCall, [session]: readonly HttpAnswer[]): WireRequest =>
  postJson('/API/GenerateText2Image', toParameters(call, session))

/** Parameters stand beside the session; the server skips what it does not know. */
export function toParameters(call: ProviderCall, session: HttpAnswer | undefined): JsonObject {
  const { model, settings } = call
  const { loras = [], sampler, scheduler, strength } = acceptedOptions(call)
  const isDistilled = model.wire.family === 'flux'
  const guidance = settings.guidance ?? model.guidance?.default
  const [input] = call.images
  return {
    session_id: sessionIn(session),
    images: call.n,
    prompt: call.prompt,
    negativeprompt: settings.negativePrompt ?? '',
    model: model.wireName ?? model.id,
    ...drawnSize(call),
    steps: settings.steps ?? model.steps?.default,
    cfgscale: isDistilled ? NO_GUIDANCE : guidance,
    fluxguidancescale: isDistilled ? guidance : undefined,
    seed: settings.seed ?? -1,
    sampler: sampler ?? model.wire.sampler,
    scheduler: scheduler ?? model.wire.scheduler,
    loras: loras.length === 0 ? undefined : loras.map(({ name }) => name),
    loraweights: loras.length === 0 ? undefined : loras.map(({ weight }) => String(weight)),
    initimage: input === undefined ? undefined : toDataUrl(input),
    initimagecreativity: input === undefined ? undefined : (strength ?? CREATIVITY),
    maskimage: call.mask === undefined ? undefined : toDataUrl(call.mask),
  }
}

/** The server says itself that there is no such session when the answer named none. */
function sessionIn(answer: HttpAnswer | undefined): string {
  const id = isObject(answer?.json) ? answer.json.session_id : undefined
  return typeof id === 'string' ? id : ''
}

/** Reads an answer of status 2xx: where the pictures lie on the server, or an error in words. */
export function fromWire(answer: HttpAnswer, { n }: ProviderCall): WireOutcome {
  const { json } = answer
  const error = classifyInside(answer)
  if (error !== undefined) return { kind: 'failed', failure: error }
  if (!isObject(json) || !Array.isArray(json.images)) {
    const said = answerWords(answer)
    const message = `the server answered ${answer.status} with something else: ${said}`
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  const images = json.images.slice(0, n).flatMap(toImage)
  if (images.length > 0) {
    const withheld = missingPictures(n, images.length, false)
    return { kind: 'produced', images, withheld, usage: { images: images.length } }
  }
  const isInline = json.images.length > 0
  return {
    kind: 'failed',
    failure: isInline
      ? failure(
          'bad_image',
          'the pictures were not saved: let the server save the files of its user',
        )
      : failure('empty', 'the server answered without a picture'),
  }
}

/** `View/local/raw/2026-11-26/a cat.png`, with all that may stand in the name of a file. */
function toImage(entry: unknown): readonly WireImage[] {
  const path = isObject(entry) ? entry.image : entry
  if (typeof path !== 'string' || !/^\/?(View|Output)\//.test(path)) return []
  const parts = path.replace(/^\//, '').split('/')
  return [{ url: `/${parts.map(encodeURIComponent).join('/')}` }]
}
