import {
  type FailureClass,
  failure,
  type ProviderFailure,
} from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/** Classes by code, before the status; a code's first part stands for all its kinds. */
const classesByCode: Readonly<Record<string, FailureClass>> = {
  InvalidParameter: 'invalid_request',
  IPInfringementSuspect: 'content_policy_input',
  Arrearage: 'quota_exhausted',
  AllocationQuota: 'quota_exhausted',
  InvalidApiKey: 'auth',
  AccessDenied: 'auth',
  'Model.AccessDenied': 'model_gone',
  ModelNotFound: 'model_gone',
  Throttling: 'rate_limited',
  'InternalError.Timeout': 'timeout_unknown',
  InternalError: 'overloaded',
  ModelUnavailable: 'overloaded',
}

/** A code in one spelling, `data_inspection_failed`, in another, `DataInspectionFailed`. */
const INSPECTION = /^data_?inspection_?failed$/i

/** What Model Studio says of a failure. */
export interface SaidError {
  readonly code: string
  readonly words: string
}

/** Reads an answer that is no success. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { code, words } = readError(answer)
  const failureClass = classOf({ code, words })
  return failureOfStatus(answer, words, {
    providerCode: code,
    ...(failureClass === undefined ? {} : { class: failureClass }),
    // Only pictures that were made and given are charged (docs.qwencloud.com, read 2026-11-25).
    ...(failureClass === 'content_policy_output' ? { billed: false } : {}),
  })
}

/** The failure that a code stands for where no status says more: of a task, or of one picture. */
export const failureOfCode = (said: SaidError): ProviderFailure =>
  failure(classOf(said) ?? 'overloaded', said.words.slice(0, 500), {
    billed: false,
    ...(said.code === '' ? {} : { providerCode: said.code.slice(0, 80) }),
  })

function classOf({ code, words }: SaidError): FailureClass | undefined {
  if (INSPECTION.test(code)) {
    return /\boutput\b/i.test(words) ? 'content_policy_output' : 'content_policy_input'
  }
  for (const name of [code, code.split('.', 1)[0] ?? '']) {
    if (Object.hasOwn(classesByCode, name)) return classesByCode[name]
  }
  return undefined
}

/** `{code, message}`, or plain text of what stands before Model Studio. */
export function readError({ json, text, status }: HttpAnswer): SaidError {
  const { code, message } = isObject(json) ? json : {}
  const said = [message, text].find((part) => typeof part === 'string')
  const words = typeof said === 'string' ? said.trim() : ''
  return {
    code: typeof code === 'string' ? code : '',
    words: words === '' ? `Model Studio answered ${status}` : words,
  }
}
