import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { classOfStatus, failureOfStatus } from '../shared/status-failure.ts'

/** OpenRouter's own statuses (openrouter.ai/docs, errors, read 2026-11-20). */
const STATUSES: { readonly [status: number]: FailureClass } = {
  402: 'quota_exhausted',
  502: 'overloaded',
  524: 'overloaded',
  529: 'overloaded',
}

/** How suppliers say that they made a picture and withheld it. */
const WITHHELD = /"moderation_stage"\s*:\s*"output"|IMAGE_SAFETY|"respect_moderation"\s*:\s*false/
/** How suppliers say that they refused what was asked. */
const REFUSED =
  /moderation_blocked|content_policy|content moderation|moderated|PROHIBITED_CONTENT|safety system/i

/** The member `error` of an answer or event, each field checked. */
interface WireError {
  readonly code: string | undefined
  readonly message: string
  /** The supplier's own words, as text. */
  readonly raw: string
  /** Whether OpenRouter itself looked at the prompt and refused it. */
  readonly isFlagged: boolean
}

/** Reads an answer that is no success. A call that fails is not charged, whatever it did. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status, text } = answer
  const error = readError(answer.json)
  const words = wordsOf(error) ?? text?.trim() ?? ''
  const known = error === undefined ? undefined : classOf(error)
  const failureClass = known ?? STATUSES[status] ?? classOfStatus(status)
  return failureOfStatus(answer, redact(words || `OpenRouter answered ${status}`), {
    class: failureClass,
    ...(error?.code === undefined ? {} : { providerCode: error.code }),
    // "Failed generations are not billed" (openrouter.ai/docs, image generation, 2026-10-07).
    ...(failureClass === 'content_policy_output' ? { billed: false } : {}),
  })
}

/**
 * Reads an error that came inside an answer of status 200 or in a stream: work had begun, so nobody
 * knows what it cost. Undefined when there is no error in it.
 */
export function classifyInside(json: unknown): ProviderFailure | undefined {
  const error = readError(json)
  if (error === undefined) return undefined
  const status = Number(error.code)
  const isStatus = Number.isInteger(status) && status >= 400 && status <= 599
  const byStatus = isStatus ? (STATUSES[status] ?? classOfStatus(status)) : 'overloaded'
  return failure(classOf(error) ?? byStatus, redact(wordsOf(error) ?? 'an error without words'), {
    billed: 'unknown',
    ...(error.code === undefined ? {} : { providerCode: error.code }),
  })
}

function readError(json: unknown): WireError | undefined {
  const error = isObject(json) ? json.error : undefined
  if (typeof error === 'string') {
    return { code: undefined, message: error, raw: '', isFlagged: false }
  }
  if (!isObject(error)) return undefined
  const metadata = isObject(error.metadata) ? error.metadata : {}
  const { code, message } = error
  return {
    code: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
    message: typeof message === 'string' ? message : '',
    raw: typeof metadata.raw === 'string' ? metadata.raw : JSON.stringify(metadata.raw ?? ''),
    isFlagged: Array.isArray(metadata.reasons) || typeof metadata.flagged_input === 'string',
  }
}

/** Said with status 400 of names that never were. */
const UNKNOWN_MODEL = /is not a valid model ID|No endpoints found/i

function classOf({ code, message, raw, isFlagged }: WireError): FailureClass | undefined {
  if (isFlagged) return 'content_policy_input'
  if (UNKNOWN_MODEL.test(message)) return 'model_gone'
  const said = `${code} ${message} ${raw}`
  if (WITHHELD.test(said)) return 'content_policy_output'
  return REFUSED.test(said) ? 'content_policy_input' : undefined
}

/** OpenRouter's sentence says little when a supplier failed; then the supplier's words follow. */
function wordsOf(error: WireError | undefined): string | undefined {
  if (error === undefined) return undefined
  const raw = error.raw === '""' ? '' : error.raw
  const words = [error.message, raw].filter((part) => part !== '').join(': ')
  return words === '' ? undefined : words
}

/** No part of a key goes into a message. */
const redact = (text: string): string => text.replace(/\bsk-or-[\w-]+/g, 'sk-or-…')
