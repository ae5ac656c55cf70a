import { type Call, play, verdictOn } from './attempt.ts'
import type { Health } from './health.ts'
import type { Luck } from './luck.ts'
import { MOST_ATTEMPTS } from './oracle.ts'
import type { Observation, PolicyDecision, RequestView, WorldPolicy } from './policy.ts'
import type { Regime } from './regime.ts'
import type { WorldRequest } from './requests.ts'
import type { VerdictQueue } from './verdict-queue.ts'
import type { ViewMaker } from './view.ts'
import type { World } from './world.ts'

/** What serving needs: the world as it is, and the gateway's own parts. */
export interface Stand {
  readonly world: World
  readonly luck: Luck
  readonly policy: WorldPolicy
  readonly health: Health
  readonly views: ViewMaker
  readonly verdicts: VerdictQueue
  /** Milliseconds of a real clock; only for how long decisions take. */
  readonly stopwatch: () => number
}

/** What became of a request. */
export interface Served {
  readonly spend: number
  readonly seconds: number
  /** Undefined when no picture could be made. */
  readonly isAccepted: boolean | undefined
  readonly exploringExtra: number
  /** The first decision; further ones are made after failures. */
  readonly decision: PolicyDecision | undefined
  readonly decisionMs: readonly number[]
  readonly explained: number
}

interface Delivered {
  readonly isGood: boolean
  readonly call: Call
}

/**
 * Serves one request as a gateway does: asks for a plan, calls offer by offer, has pictures checked
 * between them, goes on to another provider after a failure, and delivers the last picture made.
 */
export function serve(stand: Stand, request: WorldRequest, regime: Regime): Served {
  const progress = new Progress(stand, request, regime)
  while (!progress.isDone) {
    const view = progress.view()
    if (view.offers.length === 0) break
    progress.follow(progress.decide(view))
  }
  return progress.finish()
}

/** One request on its way. */
class Progress {
  readonly #stand: Stand
  readonly #request: WorldRequest
  readonly #regime: Regime
  readonly #failed = new Set<string>()
  readonly #refused: string[] = []
  readonly #decisionMs: number[] = []
  #first: PolicyDecision | undefined
  #explained = 0
  #exploringExtra = 0
  #spend = 0
  #seconds = 0
  #calls = 0
  #latest: Delivered | undefined
  isDone = false

  constructor(stand: Stand, request: WorldRequest, regime: Regime) {
    this.#stand = stand
    this.#request = request
    this.#regime = regime
  }

  view(): RequestView {
    const { index, atHours, context } = this.#request
    const offers = this.#stand.views.offersFor(context, this.#regime, (provider) =>
      this.#failed.has(provider) ? false : this.#stand.health.isUp(provider, this.#now()),
    )
    const { purpose, category, floor, badCost } = this.#stand.world.contexts[context] ?? nowhere()
    return {
      ...{ index, atSeconds: atHours * 3_600 + this.#seconds },
      ...{ purpose, category, floor, badCost, offers },
      attemptsLeft: MOST_ATTEMPTS - this.#refused.length,
      refused: [...this.#refused],
    }
  }

  decide(view: RequestView): PolicyDecision {
    const start = this.#stand.stopwatch()
    const decision = this.#stand.policy.decide(view)
    this.#decisionMs.push(this.#stand.stopwatch() - start)
    checkDecision(decision, view)
    if (isExplained(decision, view)) this.#explained += 1
    this.#first ??= decision
    this.#exploringExtra += decision.exploringExtra
    return decision
  }

  /** Makes the calls of a plan until a picture is delivered or every step has failed. */
  follow({ steps, isGated, isAudit, isTrial = false }: PolicyDecision): void {
    for (const [position, name] of steps.entries()) {
      const offer = this.#stand.views.offerNamed(name)
      if (this.#failed.has(offer.provider)) continue
      const hasNext = steps
        .slice(position + 1)
        .some((next) => !this.#failed.has(this.#stand.views.offerNamed(next).provider))
      const isBetween = isGated && hasNext && this.#refused.length < MOST_ATTEMPTS - 1
      const isChecked = isBetween || isTrial
      const hasPassed = this.#call(offer.name, isChecked)
      if (hasPassed === undefined) continue
      if (hasPassed || !isChecked || isAudit === true) {
        this.isDone = true
        return
      }
      this.#refused.push(name)
    }
  }

  finish(): Served {
    const latest = this.#latest
    if (latest !== undefined) this.#askFor(latest)
    return {
      ...{ spend: this.#spend, seconds: this.#seconds, isAccepted: latest?.isGood },
      ...{ exploringExtra: this.#exploringExtra, decision: this.#first },
      ...{ decisionMs: this.#decisionMs, explained: this.#explained },
    }
  }

  /** Makes one call; says whether its picture passed, or nothing when there is none. */
  #call(name: string, isChecked: boolean): boolean | undefined {
    const { world, luck, health, policy, views } = this.#stand
    const offer = views.offerNamed(name)
    const call: Call = {
      ...{ request: this.#request, offer, regime: this.#regime },
      ...{ calls: this.#calls, pictures: this.#refused.length },
    }
    const outcome = play(world, luck, call)
    const billed = outcome.error === undefined ? views.billOf(offer, this.#regime) : 0
    const { cost, seconds } = world.gate
    const gate =
      outcome.error === undefined && isChecked
        ? { hasPassed: outcome.wouldPass, cost, seconds }
        : undefined
    const waited = outcome.seconds + (gate?.seconds ?? 0)
    this.#calls += 1
    this.#seconds += waited
    this.#spend += billed + (gate?.cost ?? 0) + waited * world.secondPrice
    health.note(offer.provider, outcome.error === undefined, this.#now())
    policy.observe({
      kind: 'attempt',
      ...{ requestIndex: this.#request.index, call: call.calls, offer: name },
      atSeconds: this.#request.atHours * 3_600 + this.#seconds,
      ...{ seconds: outcome.seconds, billed, error: outcome.error, gate },
    })
    if (outcome.error !== undefined) {
      this.#failed.add(offer.provider)
      return undefined
    }
    this.#latest = { isGood: outcome.isGood, call }
    return gate?.hasPassed ?? true
  }

  #askFor({ isGood, call }: Delivered): void {
    const { world, luck, verdicts } = this.#stand
    const verdict = verdictOn(world, luck, call, isGood)
    if (verdict === undefined) return
    verdicts.add({
      kind: 'verdict',
      ...{ requestIndex: call.request.index, call: call.calls, offer: call.offer.name },
      atSeconds: (call.request.atHours + verdict.afterHours) * 3_600 + this.#seconds,
      isAccepted: verdict.isAccepted,
    } satisfies Observation)
  }

  #now = (): number => Math.round((this.#request.atHours * 3_600 + this.#seconds) * 1_000)
}

function nowhere(): never {
  throw new RangeError('a request of a context that the world does not have')
}

/** A plan that breaks the rules is a mistake in the policy, and no number would mean anything. */
function checkDecision({ steps }: PolicyDecision, view: RequestView): void {
  if (steps.length === 0 || steps.length > view.attemptsLeft) {
    throw new RangeError(`a plan of ${steps.length} steps where ${view.attemptsLeft} are left`)
  }
  for (const step of steps) {
    if (!view.offers.some(({ card }) => card.name === step)) {
      throw new RangeError(`a plan with ${step}, which cannot be called for this request`)
    }
  }
}

function isExplained({ steps, explanation }: PolicyDecision, { offers }: RequestView): boolean {
  return (
    explanation.chosen !== '' &&
    offers.every(({ card }) => steps.includes(card.name) || explanation.losers.has(card.name))
  )
}
