import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CallPlan, CancelOutcome, ProviderJob } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { classify, failureOfCode } from './classify.ts'
import { fromPictures } from './pictures.ts'

/** Asks for a task. */
export const toPoll = ({ pollUrl }: ProviderJob): WireRequest => ({ method: 'GET', url: pollUrl })

/** Reads a poll. A state that is not known ends the task, it never spins. */
export function fromPoll(answer: HttpAnswer, job: ProviderJob, plan: CallPlan): WireOutcome {
  const failed = (reason: ProviderFailure): WireOutcome => ({
    kind: 'failed',
    failure: reason,
    providerRequestId: job.id,
  })
  if (answer.status < 200 || answer.status > 299) {
    return failed({ ...classify(answer), billed: 'unknown' })
  }
  const json = isObject(answer.json) ? answer.json : {}
  const output = isObject(json.output) ? json.output : {}
  const { task_status: state, code, message } = output
  switch (state) {
    case 'PENDING':
    case 'RUNNING':
      return { kind: 'pending' }
    case 'SUCCEEDED':
      return { ...fromPictures(json, plan), providerRequestId: job.id }
    case 'FAILED': {
      const words = typeof message === 'string' ? message : `task ${job.id} failed`
      return failed(failureOfCode({ code: typeof code === 'string' ? code : '', words }))
    }
    case 'CANCELED': {
      const words = `task ${job.id} was given up before it began`
      return failed(failure('timeout_unknown', words, { billed: false, providerCode: state }))
    }
    case 'UNKNOWN': {
      const words = `Model Studio no longer knows the accepted task ${job.id}`
      return failed(failure('timeout_unknown', words, { providerCode: state }))
    }
    default: {
      const name = typeof state === 'string' ? state.slice(0, 80) : 'none'
      const words = `task ${job.id} is in the unknown state ${name}`
      return failed(failure('timeout_unknown', words, { providerCode: name }))
    }
  }
}

/** Gives a task up. Only one that waits in the queue can be. */
export const toCancel = ({ pollUrl }: ProviderJob): WireRequest => ({
  method: 'POST',
  url: `${pollUrl}/cancel`,
})

/** What became of it: a task that runs or has ended is refused, and is charged if it succeeds. */
export function fromCancel({ status, json }: HttpAnswer): CancelOutcome {
  if (status >= 200 && status <= 299) return 'stopped'
  const code = isObject(json) ? json.code : undefined
  return code === 'UnsupportedOperation' ? 'too_late' : 'unknown'
}
