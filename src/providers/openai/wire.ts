import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireEvent, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fromImages, fromImagesEvent, toImages } from '../shared/openai-images/images-wire.ts'
import { readOptions } from './options.ts'

/** Who speaks in messages. */
const SERVICE = 'OpenAI'

/** Prints a call, with the fields that only OpenAI has. */
export function toWire(call: ProviderCall): WireRequest {
  const options = readOptions(call)
  return toImages(call, [
    ['moderation', options.moderation ?? call.settings.moderation],
    ['complexity', options.complexity],
    ['safety_identifier', call.safetyIdentifier],
  ])
}

/** Reads an answer of status 2xx. */
export const fromWire = (answer: HttpAnswer, call: ProviderCall): WireOutcome =>
  fromImages(answer, call, SERVICE)

/** Reads one event of a stream. */
export const fromEvent = (event: HttpEvent, call: ProviderCall): WireEvent =>
  fromImagesEvent(event, call, SERVICE)
