import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireEvent, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fromImages, fromImagesEvent, toImages } from '../shared/openai-images/images-wire.ts'

/** Who speaks in messages. */
const SERVICE = 'Azure OpenAI'

/**
 * Prints a call. `model` is the name of the deployment, which is the wire name of a configured
 * model; the end user goes into OpenAI's older field for it.
 */
export const toWire = (call: ProviderCall): WireRequest =>
  toImages(call, [['user', call.safetyIdentifier]])

/** Reads an answer of status 2xx; the results of the content filter in it are left aside. */
export const fromWire = (answer: HttpAnswer, call: ProviderCall): WireOutcome =>
  fromImages(answer, call, SERVICE)

/** Reads one event of a stream. */
export const fromEvent = (event: HttpEvent, call: ProviderCall): WireEvent =>
  fromImagesEvent(event, call, SERVICE)
