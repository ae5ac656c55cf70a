import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify as classifyImages } from '../shared/openai-images/classify.ts'
import { fromImages, toImages } from '../shared/openai-images/images-wire.ts'

/** Who speaks in messages. */
export const SERVICE = 'DeepSeek Janus (fictional)'

/** Prints a call in the shape of OpenAI's Images API. */
export const toWire = (call: ProviderCall): WireRequest => toImages(call, [])

/** Reads an answer of status 2xx. */
export const fromWire = (answer: HttpAnswer, call: ProviderCall): WireOutcome =>
  fromImages(answer, call, SERVICE)

/** Reads an answer that is no success. */
export const classify = (answer: HttpAnswer) => classifyImages(answer, SERVICE)
