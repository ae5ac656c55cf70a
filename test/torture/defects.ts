import type { Fact } from '../../src/core/jobs/request-record.ts'
import { settleEntry } from '../../src/core/ledger/entry.ts'
import type { ImageStore } from '../../src/ports/image-store.ts'
import type { Journal, Stores } from '../../src/ports/stores.ts'
import type { KillPoint, Style } from './kill-points.ts'

/**
 * Gateways that are broken on purpose, to prove that such a one is caught:
 * - `late-intent`: what is to be sent is written after it was sent
 * - `late-bytes`: a picture is booked before its bytes are on disk
 * - `forgets`: who heals takes calls that were made for calls that never were: its books balance,
 *   every request gets its picture, and the provider's bill alone tells
 */
export const defects = ['late-intent', 'late-bytes', 'forgets'] as const
/** See {@link defects}. */
export type Defect = (typeof defects)[number]

/** Where a gateway with a defect must die to show it, and the flaws that show it. */
export const provingDeaths: {
  readonly [Name in Defect]: {
    readonly style: Style
    readonly point: KillPoint
    readonly shows: readonly string[]
  }
} = {
  'late-intent': {
    ...{ style: 'sync', point: 'accepted-before-answer' },
    shows: ['a paid picture was lost', 'billed more than booked'],
  },
  'late-bytes': {
    ...{ style: 'poll', point: 'settled-before-answer' },
    shows: ['the bytes of a picture are gone'],
  },
  forgets: {
    ...{ style: 'queue', point: 'after-written' },
    shows: ['a paid picture was lost', 'billed more than booked'],
  },
}

/** How long after a picture was booked its bytes come to disk. */
const LATE_MS = 500

/** A database that one of the promises is broken with, or none. */
export function withStoreDefect(defect: Defect | undefined, stores: Stores): Stores {
  if (defect === 'late-intent') return { ...stores, journal: lateJournal(stores.journal) }
  if (defect !== 'forgets') return stores
  const attempts = async (requestId: string) => {
    await forgetCalls(requestId, stores)
    return stores.requests.attempts(requestId)
  }
  return { ...stores, requests: { ...stores.requests, attempts } }
}

/** Books the open calls of a request as never made. */
async function forgetCalls(
  requestId: string,
  { requests, ledger, journal }: Stores,
): Promise<void> {
  const hold = await ledger.hold(requestId)
  const open = (await requests.attempts(requestId)).filter(({ state }) => state !== 'settled')
  if (hold === undefined) return
  const { book, openedAt } = hold
  const facts = open.map((attempt): Fact => {
    const free = { state: 'settled', outcome: 'overloaded', costBasis: 'not_billed' } as const
    const ended = { ...attempt, ...free, settledAt: openedAt }
    const entry = settleEntry(hold, { id: attempt.id, costNano: 0n, book }, openedAt)
    return { kind: 'attempt-settled', attempt: ended, entry, images: [] }
  })
  if (facts.length > 0) await journal.commit(facts)
}

/** A store of pictures that one of the promises is broken with, or none. */
export function withImageDefect(defect: Defect | undefined, images: ImageStore): ImageStore {
  if (defect !== 'late-bytes') return images
  return {
    ...images,
    put: async (digest, bytes) => {
      setTimeout(() => images.put(digest, bytes), LATE_MS)
    },
  }
}

/** Says of an announcement that it is written, and writes it with what comes next. */
function lateJournal(journal: Journal): Journal {
  let waiting: readonly Fact[] = []
  return {
    commit: async (facts) => {
      const all = [...waiting, ...facts]
      const isAnnounced = facts.some(({ kind }) => kind === 'attempt-started')
      waiting = isAnnounced ? all : []
      if (!isAnnounced) await journal.commit(all)
    },
  }
}
