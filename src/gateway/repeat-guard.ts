import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRequest, Warning } from '../core/request/image-request.ts'
import type { RepeatRule } from '../core/request/repeat-rule.ts'
import type { Instant } from '../core/time.ts'
import type { Sha256 } from '../ports/digest.ts'

/** Prompts that are remembered; the oldest go first. */
const MAX_REMEMBERED = 10_000

/** Words that differ in spaces and in large letters only are the same wish. */
const wordsOf = ({ operation, prompt, images }: ImageRequest): string =>
  [
    operation,
    prompt.trim().toLowerCase().replace(/\s+/g, ' '),
    ...images.map((one) => one.digest),
  ].join('\n')

/**
 * Notices when one end user asks for the same again and again. Requests that name no end user are
 * nobody's repetitions. Each process counts by itself: it guards a budget, it is no fence.
 */
export class RepeatGuard {
  readonly #rule: RepeatRule
  readonly #sha256: Sha256
  readonly #times = new Map<string, readonly Instant[]>()

  constructor(rule: RepeatRule, sha256: Sha256) {
    this.#rule = rule
    this.#sha256 = sha256
  }

  /**
   * Counts a request.
   * @returns what the answer is to say of it.
   * @throws GatewayError `rate_limit_exceeded` when there were too many and the rule refuses.
   */
  note(
    request: ImageRequest,
    { tenant }: { readonly tenant: string },
    now: Instant,
  ): readonly Warning[] {
    const { mode, most, withinMs } = this.#rule
    if (mode === 'off' || request.endUser === undefined) return []
    const key = this.#sha256([tenant, request.endUser, wordsOf(request)].join('\0'))
    const times = (this.#times.get(key) ?? []).filter((at) => now - at < withinMs)
    const isTooMany = times.length >= most
    const [first = now] = times
    // A refused one does not prolong the wait of those that come after it.
    if (!isTooMany || mode === 'warn') this.#remember(key, [...times, now].slice(-most))
    if (!isTooMany) return []
    const seconds = Math.round(withinMs / 1_000)
    const message = `This end user asked for the same ${times.length} times in ${seconds} s`
    if (mode === 'warn') return [{ code: 'repeated', param: 'prompt', message: `${message}.` }]
    const advice = 'ask for several pictures with n, change the prompt, or wait'
    throw new GatewayError('rate_limit_exceeded', `${message}; ${advice}.`, {
      param: 'prompt',
      retryAfterMs: first + withinMs - now,
    })
  }

  #remember(key: string, times: readonly Instant[]): void {
    this.#times.delete(key)
    this.#times.set(key, times)
    if (this.#times.size <= MAX_REMEMBERED) return
    const oldest = this.#times.keys().next()
    if (oldest.done !== true) this.#times.delete(oldest.value)
  }
}
