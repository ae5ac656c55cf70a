import { fingerprintText } from '../core/answers/fingerprint.ts'
import type { OwedAnswer } from '../core/answers/owed-answer.ts'
import { adopt } from './adopt.ts'
import type { AnswerTools, Asked } from './asked.ts'
import { NamedAnswers } from './named-answers.ts'
import { type OpenAnswer, openDebt } from './open-answer.ts'
import { recall } from './recall.ts'
import { withDeadline } from './with-deadline.ts'

/**
 * Client libraries send again what they got no answer to. Here a request that comes again finds the
 * answer that was paid for: by its name when it has one, else by being equal.
 */
export class AnswerDesk {
  readonly #tools: AnswerTools
  readonly #named: NamedAnswers
  /** Handovers that are being written, by what they are owed to. */
  readonly #writing = new Map<string, Promise<void>>()

  constructor(tools: AnswerTools) {
    this.#tools = tools
    this.#named = new NamedAnswers(tools)
  }

  /** @throws GatewayError `idempotency_key_reused` when the name was given to another request. */
  async open(asked: Asked): Promise<OpenAnswer> {
    const { request, form, idempotencyKey: name } = asked
    const fingerprint = this.#tools.deps.sha256(fingerprintText(request, form))
    return name === undefined
      ? this.#openEqual(asked, fingerprint)
      : this.#named.open(asked, { name, fingerprint })
  }

  /** Resolves when the database knows how all answers left. */
  async written(): Promise<void> {
    await Promise.all(this.#writing.values())
  }

  async #openEqual(asked: Asked, fingerprint: string): Promise<OpenAnswer> {
    const { keyId } = asked.caller
    // A client that comes back at once must not overtake the news that it had gone.
    await this.#writing.get(`${keyId} ${fingerprint}`)
    const adopted = await adopt({ keyId, fingerprint }, this.#tools.deps)
    return adopted === undefined ? this.#begin(asked, fingerprint) : this.#give(asked, adopted)
  }

  #begin({ request, caller, watch }: Asked, fingerprint: string): OpenAnswer {
    const ticket = this.#tools.start(request, caller, {
      ...watch,
      claim: { fingerprint },
      onWritten: (facts) => {
        const owed = facts.find((fact) => fact.kind === 'answer-owed')
        if (owed !== undefined) debt.accept(owed.answer)
      },
    })
    const terms = { track: this.#trackerOf(`${caller.keyId} ${fingerprint}`) }
    const debt = openDebt(ticket, terms, this.#tools)
    return debt.answer
  }

  /** An adopted answer; when it comes to nothing after all, the work begins anew. */
  #give(asked: Asked, adopted: OwedAnswer): OpenAnswer {
    const { deps } = this.#tools
    const { requestId, keyId, fingerprint, keptUntil } = adopted
    deps.emit({ kind: 'answer-repeated', how: 'adopted' })
    asked.watch.onAccepted?.()
    let anew: OpenAnswer | undefined
    const found = recall(requestId, this.#tools).then(async (whole) => {
      if (whole !== undefined) return { ...whole, cache: 'ADOPTED' }
      anew = await this.#openEqual(asked, fingerprint)
      return anew.result
    })
    const result = withDeadline({ requestId, result: found }, asked.request.deadlineMs, deps)
    const terms = { track: this.#trackerOf(`${keyId} ${fingerprint}`), adoptedUntil: keptUntil }
    const debt = openDebt({ requestId, result }, terms, this.#tools)
    debt.accept(adopted)
    const leave: OpenAnswer['leave'] = (how) => {
      debt.answer.leave(how)
      anew?.leave(how)
    }
    return { ...debt.answer, leave }
  }

  #trackerOf(equal: string): (writing: Promise<void>) => void {
    return (writing) => {
      const all = Promise.all([this.#writing.get(equal), writing]).then(() => {
        if (this.#writing.get(equal) === all) this.#writing.delete(equal)
      })
      this.#writing.set(equal, all)
    }
  }
}
