import type { Prospect } from './best-sequence.ts'
import { breakerHealth, noHealth } from './health.ts'
import { luckOf } from './luck.ts'
import { MOST_ATTEMPTS, type Oracle, type Place } from './oracle.ts'
import type { Given, PolicyDecision, PolicyMaker, WorldPolicy } from './policy.ts'
import { regimeAt } from './regime.ts'
import { requestsOf, type TrafficOptions, type WorldRequest } from './requests.ts'
import { type Served, type Stand, serve } from './serve.ts'
import { VerdictQueue } from './verdict-queue.ts'
import { viewMaker } from './view.ts'
import type { World } from './world.ts'

/** What one policy did with all requests of one seed: a row for each request. */
export interface SeedRun {
  readonly seed: number
  readonly rows: readonly RunRow[]
  readonly decisionMs: Float64Array
  /** Share of decisions whose explanation is complete. */
  readonly explained: number
}

/** One request and what became of it. */
export interface RunRow {
  readonly place: Place
  readonly spend: number
  readonly seconds: number
  /** Undefined when no picture could be made. */
  readonly isAccepted: boolean | undefined
  readonly exploringExtra: number
  readonly isCached: boolean
  /** What the first decision really comes to on average, whatever luck made of it. */
  readonly expected: Prospect
}

/** Everything a run depends on. */
export interface RunInput {
  readonly world: World
  readonly oracle: Oracle
  readonly seed: number
  readonly options: TrafficOptions
  readonly stopwatch: () => number
}

/** Runs a policy through a world. */
export function runPolicy(input: RunInput, make: PolicyMaker, given: Given): SeedRun {
  const { world, seed } = input
  const luck = luckOf(world.id, seed)
  let draws = 0
  const policy = make({
    offers: viewMaker(world).cards,
    secondPrice: world.secondPrice,
    draw: () => {
      draws += 1
      return luck.unit('policy', draws)
    },
    given,
  })
  return run(input, policy, breakerHealth())
}

/** Runs the policy that knows everything hidden: the measure of all others. */
export function runOracle(input: RunInput): SeedRun {
  const { world, oracle } = input
  const requests = requestsOf(world, luckOf(world.id, input.seed), input.options)
  const providers = [...new Set(world.offers.map(({ provider }) => provider))].sort()
  const policy: WorldPolicy = {
    decide({ index, offers, attemptsLeft }) {
      const request = requests[index] as WorldRequest
      const place = placeOf(oracle, request)
      // What has just failed in this request is no offer any more.
      const possible = new Set(offers.map(({ card }) => card.provider))
      const able = new Set(
        world.offers.flatMap(({ model, provider }) =>
          world.contexts[request.context]?.abilities.has(model) === true ? [provider] : [],
        ),
      )
      const without = providers.filter((each) => able.has(each) && !possible.has(each))
      const plan = oracle.planAt(place, without, attemptsLeft)
      const steps = plan?.steps.map((offer) => world.offers[offer]?.name ?? '')
      return {
        // With everything down any call fails alike.
        steps: steps ?? offers.slice(0, 1).map(({ card }) => card.name),
        ...{ isGated: true, exploringExtra: 0 },
        explanation: ORACLE_EXPLANATION,
      }
    },
    observe: () => {},
  }
  return run(input, policy, noHealth)
}

const ORACLE_EXPLANATION = { chosen: 'it knows', losers: new Map<string, string>() }

const placeOf = ({ regimes }: Oracle, { atHours, context }: WorldRequest): Place => ({
  ...{ context, regime: regimeAt(regimes, atHours) },
})

function run(input: RunInput, policy: WorldPolicy, health: Stand['health']): SeedRun {
  const { world, oracle, seed, options, stopwatch } = input
  const luck = luckOf(world.id, seed)
  const verdicts = new VerdictQueue()
  const stand = { world, luck, policy, health, views: viewMaker(world), verdicts, stopwatch }
  const expectedAt = expectations(world, oracle)
  const cache = new Map<number, CachedPicture>()
  const decisionMs: number[] = []
  let explained = 0
  const requests = requestsOf(world, luck, options)
  const rows = requests.map((request): RunRow => {
    const place = placeOf(oracle, request)
    const { atHours, index, repeats } = request
    const nowSeconds = atHours * 3_600
    for (let due = verdicts.takeDue(nowSeconds); due; due = verdicts.takeDue(nowSeconds)) {
      // A picture that somebody has rejected is not served again.
      const prompt = requests[due.requestIndex]?.repeats ?? due.requestIndex
      if (!due.isAccepted && cache.get(prompt)?.madeBy === due.requestIndex) cache.delete(prompt)
      policy.observe(due)
    }
    const kept = repeats === undefined ? undefined : cache.get(repeats)
    if (kept !== undefined && atHours - kept.atHours <= world.duplicates.keptHours) {
      return cachedRow(place, kept)
    }
    const regime = oracle.regimes[place.regime]
    if (regime === undefined) throw new RangeError('a moment before the first regime')
    const served = serve(stand, request, regime)
    decisionMs.push(...served.decisionMs)
    explained += served.explained
    if (options.hasCache && served.isAccepted !== undefined) {
      cache.set(repeats ?? index, { isGood: served.isAccepted, atHours, madeBy: index })
    }
    return rowOf(place, served, expectedAt)
  })
  return {
    ...{ seed, rows, decisionMs: Float64Array.from(decisionMs) },
    explained: decisionMs.length === 0 ? 1 : explained / decisionMs.length,
  }
}

/** A picture that answers the same prompt again, kept by the request that asked first. */
interface CachedPicture {
  readonly isGood: boolean
  readonly atHours: number
  readonly madeBy: number
}

const NOTHING: Prospect = { spend: 0, accepted: 0, bad: 0 }

const cachedRow = (place: Place, { isGood }: CachedPicture): RunRow => ({
  ...{ place, spend: 0, seconds: 0, isAccepted: isGood, exploringExtra: 0 },
  ...{ isCached: true, expected: NOTHING },
})

type ExpectedAt = (place: Place, decision: PolicyDecision) => Prospect

const rowOf = (place: Place, served: Served, expectedAt: ExpectedAt): RunRow => ({
  ...{ place, spend: served.spend, seconds: served.seconds, isAccepted: served.isAccepted },
  ...{ exploringExtra: served.exploringExtra, isCached: false },
  expected: served.decision === undefined ? NOTHING : expectedAt(place, served.decision),
})

/** Expectations are worked out once for each place and plan. */
function expectations({ offers }: World, oracle: Oracle): ExpectedAt {
  const positions = new Map(offers.map(({ name }, position) => [name, position]))
  const known = new Map<string, Prospect>()
  return (place, { steps, isGated }) => {
    const key = `${place.regime}/${place.context}/${isGated}/${steps.join()}`
    const found = known.get(key)
    if (found !== undefined) return found
    const path = steps.slice(0, MOST_ATTEMPTS).map((name) => positions.get(name) ?? 0)
    const prospect = oracle.prospectAt(place, path, isGated)
    known.set(key, prospect)
    return prospect
  }
}
