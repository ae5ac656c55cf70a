import type { Fact } from '../../src/core/jobs/request-record.ts'
import type { ImageStore } from '../../src/ports/image-store.ts'
import type { Journal, Stores } from '../../src/ports/stores.ts'
import type { KillPoint, Style } from './kill-points.ts'

/**
 * Gateways that are broken on purpose, to prove that such a one is caught:
 * - `late-intent`: what is to be sent is written after it was sent
 * - `late-bytes`: a picture is booked before its bytes are on disk
 * - `forgets`: who heals does not see the calls that were made
 */
export const defects = ['late-intent', 'late-bytes', 'forgets'] as const
/** See {@link defects}. */
export type Defect = (typeof defects)[number]

/** Where a gateway with a defect must die to show it. */
export const provingDeaths: {
  readonly [Name in Defect]: { readonly style: Style; readonly point: KillPoint }
} = {
  'late-intent': { style: 'sync', point: 'accepted-before-answer' },
  'late-bytes': { style: 'poll', point: 'settled-before-answer' },
  forgets: { style: 'queue', point: 'after-written' },
}

/** How long after a picture was booked its bytes come to disk. */
const LATE_MS = 500

/** A database that one of the promises is broken with, or none. */
export function withStoreDefect(defect: Defect | undefined, stores: Stores): Stores {
  if (defect === 'late-intent') return { ...stores, journal: lateJournal(stores.journal) }
  if (defect !== 'forgets') return stores
  return { ...stores, requests: { ...stores.requests, attempts: async () => [] } }
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
