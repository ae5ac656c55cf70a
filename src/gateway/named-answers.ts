import type { IdempotencyKey } from '../core/answers/idempotency-key.ts'
import { recordedOutcome } from '../core/answers/recorded-outcome.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { AnswerTools, Asked } from './asked.ts'
import { type CommonLeave, openCommonLeave } from './common-leave.ts'
import type { Awaited, OpenAnswer } from './open-answer.ts'
import { recall } from './recall.ts'
import type { Claim } from './run.ts'
import { withDeadline } from './with-deadline.ts'

type Named = Required<Claim>

/** The answer under one name while it is worked on here. */
interface Running {
  readonly fingerprint: string
  readonly leave: CommonLeave
  readonly answer: Promise<OpenAnswer>
}

/**
 * Answers that clients have given names to (`Idempotency-Key`). Twins under one name share the work
 * that runs here. What ran before, or runs elsewhere, is recalled from what is written: a name
 * becomes durable with its request, so of two processes only one gets as far as a call.
 */
export class NamedAnswers {
  readonly #tools: AnswerTools
  readonly #running = new Map<string, Running>()

  constructor(tools: AnswerTools) {
    this.#tools = tools
  }

  /** @throws GatewayError `idempotency_key_reused` when the name was given to another request. */
  async open(asked: Asked, claim: Named): Promise<OpenAnswer> {
    const id = `${asked.caller.keyId}\n${claim.name}`
    const running = this.#running.get(id)
    if (running !== undefined && !running.leave.gone.aborted) {
      requireSame(running, claim)
      running.leave.join(asked.watch.gone)
      const { requestId, result } = await running.answer
      const shared = result.then((whole) => ({ ...whole, release: () => undefined }))
      return this.#replay({ requestId, result: shared }, asked)
    }
    const leave = openCommonLeave()
    leave.join(asked.watch.gone)
    const shared = { ...asked, watch: { ...asked.watch, gone: leave.gone } }
    const answer = this.#open(shared, claim)
    const own: Running = { fingerprint: claim.fingerprint, leave, answer }
    this.#running.set(id, own)
    const forget = (): void => {
      if (this.#running.get(id) === own) this.#running.delete(id)
    }
    answer.then(({ result }) => result).then(forget, forget)
    return answer
  }

  async #open(asked: Asked, claim: Named): Promise<OpenAnswer> {
    const earlier = await this.#find(asked, claim)
    if (earlier !== undefined) return this.#recall(earlier, asked, claim)
    const written = Promise.withResolvers<boolean>()
    const onWritten = () => written.resolve(true)
    const ticket = this.#tools.start(asked.request, asked.caller, {
      ...asked.watch,
      claim,
      onWritten,
    })
    const ended = ticket.result.then(
      () => false,
      () => false,
    )
    if (await Promise.race([written.promise, ended])) {
      return opened({ ...ticket, result: ticket.result.catch(throwFinal) }, false)
    }
    // It ended before it was durable: another process may have taken the name up meanwhile.
    const other = await this.#find(asked, claim)
    if (other === undefined || other.requestId === ticket.requestId) return opened(ticket, false)
    return this.#recall(other, asked, claim)
  }

  /** The request that a name leads to, unless it came to nothing; then the name is free again. */
  async #find({ caller }: Asked, claim: Named): Promise<IdempotencyKey | undefined> {
    const { stores, clock } = this.#tools.deps
    const name = { keyId: caller.keyId, name: claim.name, now: clock.now() }
    const key = await stores.answers.named(name)
    if (key === undefined) return undefined
    requireSame(key, claim)
    const record = await stores.requests.request(key.requestId)
    if (record !== undefined && recordedOutcome(record) !== 'nothing') return key
    await stores.answers.free(key)
    return undefined
  }

  #recall({ requestId }: IdempotencyKey, asked: Asked, claim: Named): OpenAnswer {
    const found = recall(requestId, this.#tools).catch(throwFinal)
    const result = found.then(async (whole) => whole ?? (await this.#open(asked, claim)).result)
    const { deadlineMs } = asked.request
    const inTime = withDeadline({ requestId, result }, deadlineMs, this.#tools.deps)
    return this.#replay({ requestId, result: inTime }, asked)
  }

  #replay(answer: Awaited, { watch }: Asked): OpenAnswer {
    this.#tools.deps.emit({ kind: 'answer-repeated', how: 'replayed' })
    watch.onAccepted?.()
    return opened(answer, true)
  }
}

/** Whoever lost a named answer asks by its name, so how it left makes no difference. */
function opened({ requestId, result }: Awaited, isReplay: boolean): OpenAnswer {
  result.catch(() => undefined)
  return { requestId, result, isReplay, leave: () => undefined }
}

/** @throws GatewayError when a name was given to another request before. */
export function requireSame(known: { readonly fingerprint: string }, claim: Named): void {
  if (known.fingerprint === claim.fingerprint) return
  const message = 'This Idempotency-Key was sent with another request before.'
  throw new GatewayError('idempotency_key_reused', message, { param: 'Idempotency-Key' })
}

/** The same name gives the same failure again, so nobody is invited to send it again. */
function throwFinal(error: unknown): never {
  if (!GatewayError.isInstance(error)) throw error
  const { code, message, param, cause, tried, requestId, costNano } = error
  throw new GatewayError(code, message, {
    ...(param === undefined ? {} : { param }),
    ...(tried === undefined ? {} : { tried }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(costNano === undefined ? {} : { costNano }),
    cause,
    retryable: false,
  })
}
