import type { Instant } from '../../core/time.ts'
import type { Provider, WebhookDelivery } from '../../ports/provider.ts'
import type { WebhookRule } from './definition.ts'
import { exchange, type Line, toHttp } from './transport.ts'

/** Limits of the keys that deliveries are checked with. */
const limits = {
  /** How long keys are good; fal asks for a day at most (docs.fal.ai/model-apis/webhooks). */
  keepMs: 6 * 3_600_000,
  /** Keys that do not fit are asked for again, but no more often: whoever forges waits as well. */
  askAgainMs: 60_000,
  answerMs: 10_000,
  maxBytes: 256 * 1024,
} as const

interface Keys {
  readonly keys: readonly string[]
  readonly askedAt: Instant
}

/** Checks and reads what a provider delivers, with the keys that it publishes or our own secret. */
export function deliveryReader(
  line: Line,
  rule: WebhookRule,
): NonNullable<Provider['readDelivery']> {
  const keyBox = new KeyBox(line, rule)
  return async (delivery, { plan, secret }) => {
    const checked =
      rule.toKeys === undefined
        ? await rule.verify(delivery, [secret], line.now())
        : await checkWithKeys(delivery, keyBox, rule, line)
    if (checked === undefined) return { kind: 'unchecked' }
    if (!checked) return { kind: 'forged' }
    const notice = rule.read(delivery, plan)
    return notice === undefined ? { kind: 'ignored' } : { kind: 'notice', notice }
  }
}

/** A signature by a key that is not known may be by a new one, so the keys are asked for again. */
async function checkWithKeys(
  delivery: WebhookDelivery,
  keyBox: KeyBox,
  rule: WebhookRule,
  line: Line,
): Promise<boolean | undefined> {
  const known = await keyBox.get()
  if (known !== undefined && (await rule.verify(delivery, known, line.now()))) return true
  const fresh = await keyBox.renew()
  if (fresh === undefined) return known === undefined ? undefined : false
  return rule.verify(delivery, fresh, line.now())
}

/** The keys of one provider, asked for once however many deliveries wait for them. */
class KeyBox {
  readonly #line: Line
  readonly #rule: WebhookRule
  #known: Keys | undefined
  #asking: Promise<Keys | undefined> | undefined

  constructor(line: Line, rule: WebhookRule) {
    this.#line = line
    this.#rule = rule
  }

  /** Keys that are young enough; undefined when none can be had. */
  async get(): Promise<readonly string[] | undefined> {
    const isFresh = this.#ageMs() < limits.keepMs
    return isFresh ? this.#known?.keys : (await this.#ask())?.keys
  }

  /** Newer keys than those that are known; undefined when it is too early, or none can be had. */
  async renew(): Promise<readonly string[] | undefined> {
    return this.#ageMs() < limits.askAgainMs ? undefined : (await this.#ask())?.keys
  }

  #ageMs(): number {
    if (this.#known === undefined) return Number.POSITIVE_INFINITY
    return Math.abs(this.#line.now() - this.#known.askedAt)
  }

  #ask(): Promise<Keys | undefined> {
    this.#asking ??= this.#fetch().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #fetch(): Promise<Keys | undefined> {
    const { toKeys, fromKeys } = this.#rule
    if (toKeys === undefined) return undefined
    const request = toHttp(this.#line, toKeys, {
      timeouts: { headersMs: limits.answerMs, totalMs: limits.answerMs },
      maxBytes: limits.maxBytes,
    })
    const result = await exchange(this.#line, request)
    if ('failure' in result || result.answer.status !== 200) return undefined
    const keys = fromKeys?.(result.answer) ?? []
    if (keys.length > 0) this.#known = { keys, askedAt: this.#line.now() }
    return this.#known
  }
}
