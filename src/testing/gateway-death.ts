import { rm } from 'node:fs/promises'
import { expect } from 'vitest'
import { type Fact, isEnded, type RequestRecord } from '../core/jobs/request-record.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import type { Journal } from '../ports/stores.ts'
import {
  type GatewayStand,
  type GatewayStandOptions,
  openGatewayStand,
  until,
} from './gateway-stand.ts'
import { VirtualClock } from './virtual-clock.ts'

const homes = new Set<string>()

/** Removes the folders of all stands that were opened here; for the end of a test. */
export async function clearDead(): Promise<void> {
  for (const home of homes) await rm(home, { recursive: true, force: true })
  homes.clear()
}

/** Opens a stand whose folder may outlive it. */
export async function openAgain(options: GatewayStandOptions): Promise<GatewayStand> {
  const stand = await openGatewayStand(options)
  homes.add(stand.home)
  return stand
}

/** What a gateway is asked for before it dies; a draft unless it is told how. */
type Asking = Partial<RequestDraft> | ((stand: GatewayStand) => void)

/**
 * A gateway that dies: from some fact on nothing of it reaches the database any more, and nobody
 * hears of its requests again. Then a second one may be opened on the same folder, its time later
 * by more than a lease.
 * @param isLast the last commit that reaches the database: the first with a fact of this kind, or
 *   that this is true of.
 */
export async function die(
  options: GatewayStandOptions,
  isLast: Fact['kind'] | ((facts: readonly Fact[]) => boolean),
  asking: Asking = {},
): Promise<{ readonly home: string; readonly clock: VirtualClock }> {
  let isDead = false
  let isWritten = false
  const isIt =
    typeof isLast === 'function'
      ? isLast
      : (facts: readonly Fact[]) => facts.some(({ kind }) => kind === isLast)
  const journal = (inner: Journal): Journal => ({
    commit: async (facts) => {
      if (isDead) return new Promise(() => {})
      isDead = isIt(facts)
      await inner.commit(facts)
      isWritten ||= isDead
    },
  })
  const stand = await openAgain({ ...options, journal })
  if (typeof asking === 'function') asking(stand)
  else void stand.ask(asking)
  await until(() => isWritten)
  await stand.stores.close()
  const clock = new VirtualClock(stand.clock.now() + stand.gateway.deps.limits.leaseMs + 1)
  return { home: stand.home, clock }
}

/** Waits for the request of a stand to end as expected, with books that balance. */
export async function expectEnded(
  stand: GatewayStand,
  state: RequestRecord['state'],
): Promise<RequestRecord> {
  const record = await until(async () => {
    const [request] = await stand.stores.requests.list({ tenant: 'here', limit: 1 })
    return request !== undefined && isEnded(request.state) ? request : undefined
  })
  expect(record.state).toBe(state)
  expect(await stand.stores.ledger.audit()).toEqual([])
  const { heldNano } = await stand.stores.ledger.balance('key_someone', 'real')
  expect(heldNano).toBe(0n)
  return record
}
