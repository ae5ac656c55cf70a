import type { ImageRequest } from '../core/request/image-request.ts'
import type { Instant } from '../core/time.ts'

/** Limits of what is remembered. */
const limits = {
  /** Who asks again within so long did not like what came. */
  windowMs: 600_000,
  /** Answers that are remembered; the oldest go first. */
  maxAnswers: 10_000,
} as const

/** Who asks, and for what. */
interface Asking {
  readonly caller: { readonly tenant: string }
  readonly request: ImageRequest
}

/**
 * Remembers who got which pictures for which prompt, to notice when the same one is asked for
 * again. In this process alone: somebody who comes back to another replica is not noticed.
 */
export class RepeatDesk {
  readonly #answers = new Map<
    string,
    { readonly at: Instant; readonly images: readonly string[] }
  >()

  /** Notes what a request was answered with. */
  answered(asked: Asking, images: readonly string[], now: Instant): void {
    const key = keyOf(asked)
    if (key === undefined || images.length === 0) return
    this.#answers.delete(key)
    this.#answers.set(key, { at: now, images })
    if (this.#answers.size <= limits.maxAnswers) return
    const oldest = this.#answers.keys().next()
    if (oldest.done !== true) this.#answers.delete(oldest.value)
  }

  /** The pictures that a request rejects by asking again; each is told once. */
  repeatedBy(asked: Asking, now: Instant): readonly string[] {
    const key = keyOf(asked)
    const known = key === undefined ? undefined : this.#answers.get(key)
    if (key === undefined || known === undefined) return []
    this.#answers.delete(key)
    return now - known.at <= limits.windowMs ? known.images : []
  }
}

/** Without a user or group nobody knows whether it is the same person. */
function keyOf({ caller, request }: Asking): string | undefined {
  const who = request.endUser ?? request.group
  if (who === undefined) return undefined
  return [caller.tenant, who, request.operation, request.prompt].map(encodeURIComponent).join('/')
}
