import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { VirtualClock } from '../adapters/virtual-clock/virtual-clock.ts'
import { loadSettings } from '../config/load.ts'
import { type Keeprate, openKeeprate } from '../config/open-keeprate.ts'
import { createLog } from '../config/plain-log.ts'
import { providers } from '../providers/registry.generated.ts'
import { emulators } from '../sandbox/registry.generated.ts'
import { seededDraw } from '../sandbox/seeded.ts'
import { playBatch } from './play-batch.ts'
import { playLoad, rehearsalCaller } from './play-load.ts'
import { makeRehearsalWorld, type RehearsalWorld } from './rehearsal-world.ts'
import { reportOf, type ScenarioReport, type SeenCall, type Sightings } from './report.ts'
import type { Scenario } from './scenario-file.ts'

/** Ids of the providers that a scenario may name. */
export const emulatedIds: readonly string[] = emulators.map(({ id }) => id)

/** Time goes on in steps of this length; whoever wakes within one wakes at its own instant. */
const STEP_MS = 250
/** A rehearsal that is not over after so long beyond its load never will be. */
const LONGEST_MS = 7 * 86_400_000

/**
 * Plays a scenario on a whole gateway, put together as in production, in time of its own: an hour
 * takes as long as its requests need to be worked through. The same file gives the same report.
 */
export async function runScenario(scenario: Scenario): Promise<ScenarioReport> {
  const { providers: chosen = emulatedIds } = scenario
  const definitions = providers.filter(({ id }) => chosen.includes(id))
  const home = await mkdtemp(join(tmpdir(), 'keeprate-rehearsal-'))
  const { settings } = loadSettings({
    flags: { home, logLevel: 'silent' },
    environment: {},
    folder: home,
    kinds: definitions,
  })
  const world = makeRehearsalWorld(
    scenario,
    emulators.filter(({ id }) => chosen.includes(id)),
  )
  try {
    const keeprate = await openKeeprate(settings, createLog('silent'), {
      ...{ definitions, world, recovers: false },
    })
    const seen = await watchPlay(scenario, world, keeprate)
    return reportOf(scenario, seen)
  } finally {
    await world.close()
    await rm(home, { recursive: true, force: true })
  }
}

async function watchPlay(
  scenario: Scenario,
  { clock }: RehearsalWorld,
  keeprate: Keeprate,
): Promise<Sightings> {
  const { gateway, hub, stores } = keeprate
  const calls: SeenCall[] = []
  const openings: Record<string, number> = {}
  hub.listen((event) => {
    if (event.kind === 'attempt-settled') {
      const { offer, startedAt, outcome = 'produced', costNano } = event.attempt
      calls.push({ offer, startedAt, outcome, costNano })
    }
    if (event.kind === 'provider-down' && event.offer === undefined) {
      openings[event.provider] = (openings[event.provider] ?? 0) + 1
    }
  })
  const random = seededDraw(`mix:${scenario.seed}`)
  const startedMs = clock.monotonicMs()
  let endedMs = startedMs
  const played = Promise.all([
    playLoad(scenario, { gateway, clock, random }),
    scenario.batch && playBatch(scenario.batch, { gateway, clock, hub }),
  ]).finally(() => {
    endedMs = clock.monotonicMs()
  })
  const [requests, batch] = await passing(clock, played)
  // Work that its caller did not wait for ends now, and its money is settled.
  await passing(clock, gateway.close())
  const { heldNano } = await stores.ledger.balance(rehearsalCaller.keyId, 'simulated')
  const ledgerFindings = await stores.ledger.audit()
  await passing(clock, keeprate.close())
  const simulatedMs = endedMs - startedMs
  const sightings = { requests, calls, openings, heldNano, ledgerFindings, simulatedMs }
  return batch === undefined ? sightings : { ...sightings, batch }
}

/** Lets time pass until work has ended. @throws Error when it never does. */
async function passing<Value>(clock: VirtualClock, work: Promise<Value>): Promise<Value> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  work.then(over, over)
  const startedMs = clock.monotonicMs()
  while (!isOver) {
    if (clock.monotonicMs() - startedMs > LONGEST_MS) throw new Error('the rehearsal does not end')
    await clock.advance(STEP_MS)
  }
  return work
}
