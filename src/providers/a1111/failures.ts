import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Longest excerpt of the server's words in a message of ours. */
const MAX_WORDS = 500

const OUT_OF_MEMORY = /out of memory|OutOfMemoryError/i
/** A route or a model that is not there: the server was started without `--api`, or lost a file. */
const GONE = /^(not found|model not found)$|model .* not found/i
/** What is not there is a sampler, a script or an input, as `modules/api/api.py` has it. */
const NOT_FOUND = 404

/** Reads an answer that is no success. Errors are `{error, detail, body, errors}`. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const message = answerWords(answer)
  // Memory is short for this picture at this moment; another server may have it.
  const isMemory = OUT_OF_MEMORY.test(message)
  const known = isMemory ? 'overloaded' : classOf(answer, message)
  return failureOfStatus(answer, message, {
    ...(known === undefined ? {} : { class: known }),
    ...(isMemory ? { providerCode: 'out_of_memory' } : {}),
  })
}

function classOf({ status, json }: HttpAnswer, message: string): FailureClass | undefined {
  const detail = isObject(json) && typeof json.detail === 'string' ? json.detail : message
  if (status >= NOT_FOUND && GONE.test(detail)) return 'model_gone'
  return status === NOT_FOUND ? 'invalid_request' : undefined
}

/** What the server says, as one line; FastAPI's list of fields included. */
export function answerWords(answer: HttpAnswer): string {
  const body = isObject(answer.json) ? answer.json : {}
  const parts = [body.error, fromDetail(body.detail), body.errors]
    .map((part) => (isObject(part) ? part.message : part))
    .filter((part) => typeof part === 'string' && part !== '')
  const text = parts.length > 0 ? parts.join(': ') : (answer.text ?? '').trim()
  return (text === '' ? `the server answered ${answer.status}` : text).slice(0, MAX_WORDS)
}

function fromDetail(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail
  return detail
    .filter(isObject)
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join('.') : 'body'}: ${String(msg)}`)
    .join('; ')
}
