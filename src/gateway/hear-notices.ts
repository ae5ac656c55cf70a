import { firstId, instantOfId } from '../core/ids.ts'
import type { KeptNotice } from '../core/notices/delivery.ts'
import type { Instant } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { NoticeStore } from '../ports/notice-store.ts'
import type { NoticeDesk } from './notice-desk.ts'

/** Between two looks at what other processes wrote; what this one writes is seen at once. */
const LOOK_MS = 500

/**
 * Ids are made before the commit, by the clock of whoever writes: so long after its time a notice
 * may still come, and it is looked for again.
 */
const LATE_MS = 5_000

/** Notices of one read. */
const PAGE = 500

/** What somebody listens to. */
export interface Hearing {
  /** Absent for all tenants, and what concerns none. */
  readonly tenant?: string
  /** Id of the last one that was heard before; else only what comes from now on is heard. */
  readonly after?: string
  /** Ends it. */
  readonly signal: AbortSignal
}

/** What hearing is made of. */
interface HearingParts {
  readonly notices: Pick<NoticeDesk, 'listen'> & {
    readonly store: Pick<NoticeStore, 'noticesAfter'>
  }
  readonly clock: Clock
}

/**
 * Hears notices of all processes on the database, one list for each look, empty when nothing came.
 * At least once: after a cut the last seconds before it come again, under the same ids.
 */
export async function* hearNotices(
  { tenant, after, signal }: Hearing,
  { notices, clock }: HearingParts,
): AsyncGenerator<readonly KeptNotice[], void> {
  const whose = tenant === undefined ? {} : { tenant }
  const lateId = (at: Instant): string => firstId('evt', at - LATE_MS)
  const heard = new Set(after === undefined ? [] : [after])
  // Without a name what is there already is known, not told.
  let isKnown = after === undefined
  let last = lateId(after === undefined ? clock.now() : instantOfId(after))
  let lookedAt = clock.monotonicMs()
  let woken = new AbortController()
  const deaf = notices.listen(() => woken.abort())
  try {
    while (!signal.aborted) {
      woken = new AbortController()
      const page = await notices.store.noticesAfter({ ...whose, after: last, limit: PAGE })
      const fresh = page.filter(({ id }) => !heard.has(id))
      for (const { id } of fresh) heard.add(id)
      last = page.at(-1)?.id ?? last
      yield isKnown ? [] : fresh
      if (page.length === PAGE) continue
      isKnown = false
      await clock.sleep(LOOK_MS, AbortSignal.any([signal, woken.signal])).catch(() => undefined)
      if (clock.monotonicMs() - lookedAt < LOOK_MS) continue
      lookedAt = clock.monotonicMs()
      const late = lateId(clock.now())
      if (late < last) last = late
      for (const id of heard) if (id < last) heard.delete(id)
    }
  } finally {
    deaf()
  }
}
