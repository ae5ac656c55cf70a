import { makeId } from '../core/ids.ts'
import type { Attempt, Fact } from '../core/jobs/request-record.ts'
import { type Hold, settleEntry } from '../core/ledger/entry.ts'
import { dollarsFromNano, type Nano } from '../core/money.ts'
import type { PaidTool } from '../ports/paid-tool.ts'
import type { Dependencies } from './dependencies.ts'
import type { GatewayEvent } from './events.ts'
import type { LookAccount } from './gate-evidence.ts'
import { paidWrite } from './paid-write.ts'
import type { Run } from './run.ts'

/**
 * Looks stand behind all calls of the request: first those before them all, then those at the
 * pictures of each call, each in its own place.
 */
const PLACES = 1_000

/** Looks at the pictures of one call that had to be paid. */
export interface PaidLooks extends LookAccount {
  /** Those that have ended. */
  ended(): readonly Attempt[]
  /** Resolves when all of them are durable; false when one could not be written. */
  written(): Promise<boolean>
}

/** Whether an attempt was a look at a picture or a prompt, and not a call for a picture. */
export const isLook = ({ call }: Pick<Attempt, 'call'>): boolean =>
  call.kind === 'look' || call.kind === 'classify'

/** Whether a look was none at a picture but came before all calls. */
export const isLookUp = ({ call, requestId }: Pick<Attempt, 'call' | 'requestId'>): boolean =>
  call.of === requestId

/**
 * The account of looks that judges and embedders charge for. A look is an attempt like any other:
 * written down before it is sent, settled after, in ledger, receipt and usage under the tool's own
 * name. A cost that nobody knows is booked at its ceiling, as suspected.
 */
export function openLooks(
  made: Pick<Attempt, 'id' | 'position' | 'step'>,
  run: Pick<Run, 'id' | 'hold' | 'looksBefore'>,
  deps: Dependencies,
): PaidLooks {
  const ended: Attempt[] = []
  const writes: Promise<boolean>[] = []
  let count = run.looksBefore ?? 0
  return {
    ended: () => ended,
    written: async () => (await Promise.all(writes)).every(Boolean),
    open: async (tool) => {
      const { hold } = run
      if (hold === undefined) return undefined
      count += 1
      const look = draftLook({ kind: 'look', tool, of: made, requestId: run.id, count }, deps)
      try {
        await deps.stores.journal.commit([{ kind: 'attempt-started', attempt: look }])
      } catch (error) {
        deps.log.error({ requestId: run.id, error }, 'a look was not written down, nor made')
        return undefined
      }
      return (costNano) => {
        const { attempt, fact } = settledLook(look, hold, costNano ?? tool, deps.clock.now())
        ended.push(attempt)
        writes.push(paidWrite({ requestId: run.id, facts: [fact] }, deps))
        deps.emit(tellOf(attempt, tool))
      }
    },
  }
}

/** A look that is about to be sent. */
export function draftLook(
  about: {
    readonly kind: 'look' | 'classify'
    readonly tool: PaidTool
    /** The call whose pictures are looked at; the request itself for looks before all calls. */
    readonly of: Pick<Attempt, 'id' | 'position' | 'step'>
    readonly requestId: string
    /** How many of its looks there are with it. */
    readonly count: number
  },
  { clock, random }: Pick<Dependencies, 'clock' | 'random'>,
): Attempt {
  const { kind, tool, of, requestId, count } = about
  return {
    id: makeId('att', random.bytes(16), clock.now()),
    requestId,
    position: (of.position + 2) * PLACES + count,
    offer: tool.account,
    step: of.step,
    images: 0,
    state: 'submitting',
    call: { kind, of: of.id, ceiling: dollarsFromNano(tool.ceilingNano) },
    startedAt: clock.now(),
    costNano: 0n,
  }
}

/** The event of a look that has ended. */
export const tellOf = (attempt: Attempt, { isSimulated }: PaidTool): GatewayEvent => ({
  ...{ kind: 'attempt-settled', attempt, isSimulated, images: 0, bookNano: attempt.costNano },
  providerMs: (attempt.settledAt ?? attempt.startedAt) - attempt.startedAt,
})

const labelOf = (look: Attempt): string => {
  if (look.call.kind === 'classify') return 'what the prompt is about'
  return isLookUp(look) ? 'a vector of the prompt' : 'a look at a picture'
}

/**
 * A look that has ended, and the fact that books it.
 * @param cost what it cost, or what it may have cost at most.
 */
export function settledLook(
  look: Attempt,
  hold: Hold,
  cost: Nano | Pick<PaidTool, 'ceilingNano'>,
  at: number,
): { readonly attempt: Attempt; readonly fact: Fact } {
  const isKnown = typeof cost === 'bigint'
  const costNano = isKnown ? cost : cost.ceilingNano
  const attempt: Attempt = {
    ...look,
    state: 'settled',
    settledAt: at,
    outcome: 'produced',
    costNano,
    costBasis: isKnown ? 'book' : 'suspected',
    charge: [{ label: labelOf(look), amount: dollarsFromNano(costNano) }],
  }
  const entry = settleEntry(hold, { id: look.id, costNano, book: hold.book }, at)
  return { attempt, fact: { kind: 'attempt-settled', attempt, entry, images: [] } }
}
