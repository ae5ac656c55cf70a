import { type Budget, budgetName, type WindowState } from '../core/budgets/budget.ts'
import { type BudgetClaim, claimsOf } from '../core/budgets/claim.ts'
import { windowAt } from '../core/budgets/window.ts'
import type { Attempt, Fact } from '../core/jobs/request-record.ts'
import { closeEntry, type Hold, settleEntry } from '../core/ledger/entry.ts'
import { openZone } from '../core/usage/zone.ts'
import type { Stores } from '../ports/stores.ts'
import { sampleBudget } from './sample-budgets.ts'
import {
  sampleAttempt,
  sampleHold,
  sampleNow,
  sampleRequest,
  sampleSettledAttempt,
} from './sample-records.ts'
import { seededRandom } from './virtual-clock.ts'

/**
 * Five budgets around each request; every one of them is too small for what is asked. They grow
 * with the storm, so that many holds are open whenever one is killed.
 */
export function stormBudgets({ requests }: Storm): readonly Budget[] {
  const thousands = BigInt(Math.ceil(requests / 1_000))
  const limit = (nano: bigint) => ({ limitNano: nano * thousands })
  return [
    sampleBudget('total', limit(40_000n)),
    sampleBudget('team', { scope: 'team:design', per: 'week', ...limit(30_000n) }),
    sampleBudget('key', { scope: 'key:key_a', per: 'month', ...limit(26_000n) }),
    sampleBudget('tag', { scope: 'tag:campaign=spring', per: 'total', ...limit(20_000n) }),
    sampleBudget('bfl', { scope: 'provider:bfl', per: 'hour', ...limit(9_000n) }),
  ]
}

/** A journal lets a few more commits wait, and refuses the others: no storm, but a full house. */
const MOST_AT_ONCE = 8_000

/** What became of a storm. */
export interface StormReport {
  readonly admitted: number
  readonly refused: number
  /** What was spent by those that were admitted. */
  readonly spentNano: bigint
}

/** How many ask for money, and with which draws. */
export interface Storm {
  readonly seed: number
  readonly requests: number
}

interface Drop {
  readonly name: string
  readonly worstNano: bigint
  readonly provider: string
  readonly costNano: bigint
  /** Whether its process dies before it settles: the hold is expired later. */
  readonly isLost: boolean
}

/**
 * Asks for money in parallel, from all of the stores given: random worst cases and costs, some that
 * fail for nothing, some that are lost between putting aside and settling.
 */
export async function playStorm(
  stores: readonly Stores[],
  storm: Storm,
  onEnd: (ended: number, spentNano: bigint) => void = () => undefined,
): Promise<StormReport> {
  const results: (bigint | undefined)[] = []
  let spentNano = 0n
  const drops = dropsOf(storm).entries()
  const budgets = stormBudgets(storm)
  const lane = async (): Promise<void> => {
    for (const [index, drop] of drops) {
      const costNano = await fall(drop, stores[index % stores.length] as Stores, budgets)
      results.push(costNano)
      spentNano += costNano ?? 0n
      onEnd(results.length, spentNano)
    }
  }
  await Promise.all(Array.from({ length: MOST_AT_ONCE }, lane))
  const spent = results.filter((result) => result !== undefined)
  return {
    admitted: spent.length,
    refused: results.length - spent.length,
    spentNano,
  }
}

/** Ends what a storm has left open whose process was killed, as a recovery would. */
export async function clearUp({ ledger, journal, requests }: Stores, storm: Storm): Promise<void> {
  for (const { name } of dropsOf(storm)) {
    const hold = await ledger.hold(`req_${name}`)
    if (hold === undefined || !hold.isOpen) continue
    const attempts = await requests.attempts(hold.requestId)
    const settled = attempts
      .filter(({ state }) => state !== 'settled')
      .map((attempt) => {
        return settledFact(hold, { ...attempt, costNano: 0n })
      })
    const spent = attempts.reduce((sum, { costNano }) => sum + costNano, 0n)
    const entry = closeEntry(hold, 'expire', spent, sampleNow + 30)
    await journal.commit([...settled, { kind: 'hold-closed', entry }])
  }
}

function settledFact(hold: Hold, attempt: Attempt): Fact {
  const entry = settleEntry(hold, { ...attempt, book: 'real' }, sampleNow + 10)
  const ended = { settledAt: sampleNow + 10, outcome: 'produced' } as const
  return {
    ...{ kind: 'attempt-settled', attempt: { ...attempt, ...ended, state: 'settled' }, entry },
    images: [],
  }
}

/** The same requests for the same seed, in whatever process. */
function dropsOf({ seed, requests }: Storm): readonly Drop[] {
  const draw = seededRandom(seed)
  const below = (limit: number): number => {
    const [high = 0, low = 0] = draw.bytes(2)
    return (high * 256 + low) % limit
  }
  return Array.from({ length: requests }, (_, index): Drop => {
    const worstNano = BigInt(1 + below(200))
    const isFree = below(4) === 0
    return {
      ...{ name: `${seed}_${index}`, worstNano, provider: below(2) === 0 ? 'bfl' : 'fal' },
      costNano: isFree ? 0n : BigInt(1 + below(Number(worstNano))),
      isLost: below(10) === 0,
    }
  })
}

/** One request from its hold to its close. @returns what it cost; undefined when refused. */
async function fall(
  drop: Drop,
  { journal }: Stores,
  budgets: readonly Budget[],
): Promise<bigint | undefined> {
  const { name, worstNano, provider, costNano, isLost } = drop
  const offer = `${provider}/model`
  const hold = sampleHold(name, { amountNano: worstNano })
  const claims = stormClaims(budgets, worstNano, provider)
  const opening: readonly Fact[] = [
    { kind: 'request-accepted', request: sampleRequest(name) },
    { kind: 'hold-opened', hold, claims },
    { kind: 'attempt-started', attempt: sampleAttempt(name, { offer }) },
  ]
  try {
    await journal.commit(opening)
  } catch (error) {
    if (error instanceof Error && 'budgetRefusal' in error) return undefined
    throw error
  }
  const cost = isLost ? 0n : costNano
  await journal.commit([settledFact(hold, sampleSettledAttempt(name, { offer, costNano: cost }))])
  const kind = isLost ? 'expire' : 'release'
  await journal.commit([
    { kind: 'hold-closed', entry: closeEntry(hold, kind, cost, sampleNow + 20) },
  ])
  return cost
}

/** What one request of the storm has to find room for. */
function stormClaims(
  budgets: readonly Budget[],
  worstNano: bigint,
  provider: string,
): readonly BudgetClaim[] {
  const zone = openZone('UTC')
  if (zone === undefined) throw new TypeError('there is no UTC')
  const spender = {
    ...{ tenant: 'tenant-a', keyId: 'key_a', team: 'design' },
    tags: { campaign: 'spring' },
  }
  const worst = { totalNano: worstNano, byProvider: new Map([[provider, worstNano]]) }
  return claimsOf(budgets, spender, worst, ({ per }) => windowAt(per, zone, sampleNow))
}

/** What is wrong with the windows that a storm has filled: more spent than allowed, money held. */
export async function stormWindows(storm: Storm, stores: Stores): Promise<readonly string[]> {
  const limits = stormBudgets(storm)
  const keys = stormClaims(limits, 1n, 'bfl').map(({ budgetId, window }) => {
    return { budgetId, book: 'real', from: window.from } as const
  })
  const windows = await stores.budgets.windows(keys)
  const missing = windows.length === limits.length ? [] : ['not every budget has a window']
  return [...missing, ...windows.flatMap((window) => overrun(limits, window))]
}

function overrun(
  budgets: readonly Budget[],
  { budgetId, spentNano, heldNano }: WindowState,
): readonly string[] {
  const budget = budgets.find(({ id }) => id === budgetId)
  if (budget?.limitNano === undefined) return [`${budgetId} is unknown`]
  const problems: string[] = []
  if (spentNano > budget.limitNano) problems.push(`${budgetName(budget)} is overspent`)
  if (heldNano !== 0n) problems.push(`${budgetName(budget)} still holds ${heldNano}`)
  return problems
}
