import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { failureOfCode, readError } from './classify.ts'
import { acceptedOptions } from './options.ts'
import { fromPictures } from './pictures.ts'
import { shapeOf } from './shape.ts'

/** Where each shape is asked for. */
const paths = {
  sync: '/services/aigc/multimodal-generation/generation',
  messages: '/services/aigc/image-generation/generation',
  prompt: '/services/aigc/text2image/image-synthesis',
} as const

/** Without this header a task is refused, or made while the client waits. */
const AS_TASK = { 'x-dashscope-async': 'enable' } as const

/** Prints a call in the shape of its model. */
export function toWire(call: ProviderCall): WireRequest {
  const { model } = call
  const shape = shapeOf(model)
  const value: JsonObject = {
    model: model.wireName ?? model.id,
    input: shape === 'prompt' ? toPrompt(call) : toMessages(call),
    parameters: toParameters(call),
  }
  return postJson(paths[shape], value, shape === 'sync' ? undefined : AS_TASK)
}

const toPrompt = ({ prompt, settings }: ProviderCall): JsonObject => ({
  prompt,
  negative_prompt: settings.negativePrompt,
})

/** Pictures first: prompts speak of "image 1" in their order. */
const toMessages = ({ prompt, images }: ProviderCall): JsonObject => ({
  messages: [
    {
      role: 'user',
      content: [...images.map((image) => ({ image: toDataUrl(image) })), { text: prompt }],
    },
  ],
})

function toParameters(call: ProviderCall): JsonObject {
  const { model, operation, settings, expectedSize } = call
  // A generation always names its size, an edit follows its last input unless told otherwise.
  const size = settings.size ?? (operation === 'generate' ? expectedSize : undefined)
  return {
    size: size === undefined ? undefined : `${size.width}*${size.height}`,
    n: call.n,
    negative_prompt: shapeOf(model) === 'prompt' ? undefined : settings.negativePrompt,
    seed: settings.seed,
    enable_interleave: model.wire.single_mode === true ? false : undefined,
    ...acceptedOptions(call),
  }
}

/** Reads an answer of status 2xx: the pictures, or the task to poll. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  const failed = (reason: ReturnType<typeof failure>): WireOutcome => ({
    kind: 'failed',
    failure: reason,
  })
  if (!isObject(json)) {
    return failed(unreadable(answer, 'Model Studio'))
  }
  if (typeof json.code === 'string' && json.code !== '') {
    return failed({ ...failureOfCode(readError(answer)), billed: 'unknown' })
  }
  if (shapeOf(call.model) === 'sync') return fromPictures(json, call)
  const id = isObject(json.output) ? json.output.task_id : undefined
  if (typeof id !== 'string' || id === '') {
    const message = 'a task was answered without a task_id'
    return failed(failure('overloaded', message, { billed: 'unknown' }))
  }
  const job = { id, pollUrl: `/tasks/${encodeURIComponent(id)}`, facts: {} }
  return { kind: 'submitted', job }
}
