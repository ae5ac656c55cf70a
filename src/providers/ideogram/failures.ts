import type { FailureClass, ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import { failureOfStatus } from '../shared/status-failure.ts'

/**
 * What the account or its plan refuses, whatever the status (developer.ideogram.ai, Precise Edit,
 * read 2026-11-25): 402 and 429 carry the same list of reasons.
 */
const classesByReason: Readonly<Record<string, FailureClass>> = {
  insufficient_funds: 'quota_exhausted',
  subscription_required: 'quota_exhausted',
  daily_limit: 'quota_exhausted',
  priority_credit_required: 'quota_exhausted',
  feature_limit: 'quota_exhausted',
  inflight_limit: 'rate_limited',
}

/** A refusal of the prompt or of an input image. */
const SAFETY = /safety|moderat|nsfw|content.?policy/i
/** A 403 that is about money. */
const NO_CREDIT = /credit|billing|fund|payment|subscription/i

/** Reads an answer that is no success. Nothing of the kind is charged: it was not run. */
export function classify(answer: HttpAnswer): ProviderFailure {
  const { status } = answer
  const said = words(answer)
  const reason = reasonOf(answer)
  const failureClass = classOf(status, said, reason)
  return failureOfStatus(answer, said, {
    ...(failureClass === undefined ? {} : { class: failureClass }),
    ...(reason === undefined ? {} : { providerCode: reason }),
  })
}

function classOf(
  status: number,
  said: string,
  reason: string | undefined,
): FailureClass | undefined {
  if (reason !== undefined && Object.hasOwn(classesByReason, reason)) return classesByReason[reason]
  if ((status === 400 || status === 422) && SAFETY.test(said)) return 'content_policy_input'
  if (status === 403 && NO_CREDIT.test(said)) return 'quota_exhausted'
  return undefined
}

function reasonOf({ json }: HttpAnswer): string | undefined {
  const reason = isObject(json) ? json.reject_reason : undefined
  return typeof reason === 'string' && reason !== '' ? reason : undefined
}

/** Ideogram's words in one line. */
export function words({ status, json, text }: HttpAnswer): string {
  const body = isObject(json) ? json : {}
  const said = [body.error, body.message, body.detail, body.failure_reason, text].find(
    (part) => typeof part === 'string' && part.trim() !== '',
  )
  return typeof said === 'string' ? said.trim().slice(0, 500) : `Ideogram answered ${status}`
}
