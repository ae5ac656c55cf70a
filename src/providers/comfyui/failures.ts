import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Longest excerpt of the server's words in a message of ours. */
const MAX_WORDS = 500
const BAD_REQUEST = 400

/** How a missing model file shows: its name is none of the list that the node offers. */
const NOT_IN_LIST = 'value_not_in_list'
/** Inputs that name a model, not something a caller chose. */
const MODEL_INPUT = /^(ckpt|unet|vae|clip|control_net|style_model)_?name\d*$/
/** Errors that say that a node of the graph is not installed. */
const NO_NODE: readonly string[] = ['missing_node_type', 'invalid_prompt']

const OUT_OF_MEMORY = /OutOfMemory|out of memory|Allocation on device/i

/** Reads an answer to a submit or an upload that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { error, nodes } = readErrors(answer)
  const words = wordsOf(answer)
  const code = nodes[0]?.type ?? error.type
  const isGone =
    nodes.some(({ type, input }) => type === NOT_IN_LIST && MODEL_INPUT.test(input)) ||
    NO_NODE.includes(error.type)
  const known = answer.status === BAD_REQUEST && isGone ? ({ class: 'model_gone' } as const) : {}
  return failureOfStatus(answer, words, { ...known, ...(code ? { providerCode: code } : {}) })
}

interface NodeError {
  readonly node: string
  readonly type: string
  readonly input: string
  readonly text: string
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** `{error: {type, message, details}, node_errors: {"4": {errors: […], class_type}}}` */
function readErrors({ json }: HttpAnswer) {
  const body = isObject(json) ? json : {}
  const error = isObject(body.error) ? body.error : { message: body.error }
  const nodes = Object.entries(isObject(body.node_errors) ? body.node_errors : {})
  return {
    error: { type: text(error.type), message: text(error.message), details: text(error.details) },
    nodes: nodes.flatMap(([node, value]): readonly NodeError[] => {
      const errors = isObject(value) && Array.isArray(value.errors) ? value.errors : []
      return errors.filter(isObject).map((each) => {
        const extra = isObject(each.extra_info) ? each.extra_info : {}
        const words = [each.message, each.details].map(text).filter(Boolean).join(': ')
        return { node, type: text(each.type), input: text(extra.input_name), text: words }
      })
    }),
  }
}

/** What the server says, as one line. */
export function wordsOf(answer: HttpAnswer): string {
  const { error, nodes } = readErrors(answer)
  const parts = [
    error.message,
    error.details,
    ...nodes.map(({ node, text: words }) => `node ${node}: ${words}`),
  ].filter((part) => part.trim() !== '')
  const words = parts.length > 0 ? parts.join('; ') : (answer.text ?? '').trim()
  return (words === '' ? `ComfyUI answered ${answer.status}` : words).slice(0, MAX_WORDS)
}

/**
 * Why a job ended without success, from its messages: `["execution_error", {exception_type,
 * exception_message, node_id, node_type}]`, or `execution_interrupted`. It counts as free.
 */
export function failureOfJob(messages: readonly (readonly [string, object])[]): ProviderFailure {
  const [name, data] = messages.findLast(([event]) => /error|interrupted/.test(event)) ?? ['', {}]
  if (name === 'execution_interrupted') {
    const details = { providerCode: 'interrupted', billed: false } as const
    return failure('overloaded', 'the job was interrupted on the server', details)
  }
  const { exception_type, exception_message, node_type } = data as Record<string, unknown>
  const parts = [node_type, exception_type, exception_message].map(text).filter(Boolean)
  const words = parts.join(': ').trim().slice(0, MAX_WORDS)
  const isMemory = OUT_OF_MEMORY.test(words)
  return failure('overloaded', words === '' ? 'the job failed on the server' : words, {
    billed: false,
    ...(isMemory ? { providerCode: 'out_of_memory' } : {}),
  })
}
