import { failureRules, type ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Warning } from '../core/request/image-request.ts'
import { goesBeyond } from '../core/routing/gate-use.ts'
import type { Candidate } from '../core/routing/plan.ts'
import type { Dependencies } from './dependencies.ts'
import { type EndedAttempt, newlyEnded, type Run } from './run.ts'

/** The first failure of a call that no other offer may follow without the caller's leave. */
const refusalIn = ({ failures }: EndedAttempt) =>
  failures.find((failure) => failureRules[failure.class].afterwards === 'stop')

/** Whether a picture was made, and a gate refused it. */
export const isGateRefusal = (failure: ProviderFailure): boolean => failure.class === 'gate_refused'

/**
 * Whether a step is not to be taken: its offer has failed in this turn, or it stands in reserve for
 * failures and there was none. A refusal is one only where nothing better was planned for lack of
 * time, or nothing unchecked is wanted; then a caller who named a deadline gets what fits in it.
 */
export function isPointless(run: Run, step: Candidate, deps: Dependencies): boolean {
  const failures = newlyEnded(run).flatMap((each) =>
    each.failures.map((failure) => ({ each, failure })),
  )
  const real = failures.filter(({ failure }) => !isGateRefusal(failure))
  if (real.some(({ each }) => each.attempt.offer === step.offer)) return true
  if (step.isReserve !== true || failures.length === 0 || real.length > 0) return false
  return run.plan === undefined || !goesBeyond(run.plan) || !fitsDeadline(run, step, deps)
}

/** Whether nineteen calls in twenty of an offer would still be in time. */
function fitsDeadline(
  { request: { deadlineMs }, startedMs }: Run,
  { offer, model }: Candidate,
  { clock, traffic }: Dependencies,
): boolean {
  if (deadlineMs === undefined) return true
  const usualMs = traffic.latencies.shareMs(offer, 0.95) ?? model.typicalSeconds * 1_000
  return clock.monotonicMs() - startedMs + usualMs <= deadlineMs
}

/** Whether a provider refused what was asked for, or what it made of it. */
export const refusesContent = (ended: EndedAttempt): boolean => refusalIn(ended) !== undefined

/** An offer is named by provider and model; a preview's is no step of the plan. */
const providerOf = ({ attempt: { offer } }: EndedAttempt): string =>
  offer.slice(0, offer.indexOf('/'))

/**
 * Whether content policy keeps a request from a step of its plan. After a refusal all of them are
 * closed; under `fallback` only those of the provider that refused, which would refuse again.
 */
export function isClosedByPolicy(run: Run, step: Candidate): boolean {
  const refused = run.ended.filter(refusesContent)
  if (run.request.onPolicyRefusal !== 'fallback') return refused.length > 0
  return refused.some((ended) => providerOf(ended) === step.model.provider)
}

/** Says which offers saw what another provider had refused; that is never done silently. */
export function policyWarnings(run: Run): readonly Warning[] {
  const first = run.ended.findIndex(refusesContent)
  const refused = run.ended[first]
  if (refused === undefined) return []
  const later = run.ended
    .slice(first + 1)
    .filter((ended) => providerOf(ended) !== providerOf(refused))
  if (later.length === 0) return []
  const offers = [...new Set(later.map(({ attempt }) => attempt.offer))].join(', ')
  const message =
    `${refused.attempt.offer} refused the content (${refusalIn(refused)?.class}); ` +
    `it was then sent to ${offers}, because on_policy_refusal is fallback.`
  return [{ code: 'policy_fallback', param: 'on_policy_refusal', message }]
}
