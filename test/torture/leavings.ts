import type { Attempt } from '../../src/core/jobs/request-record.ts'
import { nanoFromDollars, sumNano } from '../../src/core/money.ts'
import type { ImageStore } from '../../src/ports/image-store.ts'
import type { Stores } from '../../src/ports/stores.ts'
import { type KillPoint, mayBeUnknown, type Style } from './kill-points.ts'

/** What a death and its healing have left behind. */
export interface Leavings {
  /** Calls of which nobody knows, booked as suspected. */
  readonly unknown: number
  /** Requests that ended with their picture. */
  readonly completed: number
  /** What must never be; empty when nothing was lost or paid twice. */
  readonly flaws: readonly string[]
}

/** Where to look. */
interface Place {
  readonly stores: Stores
  readonly images: ImageStore
  /** What the providers want to be paid for. */
  readonly bill: readonly { readonly dollars: string }[]
}

/** Everything that the dead and the healer have left, held against the providers' bill. */
export async function lookAt(
  { stores, images, bill }: Place,
  { style, point }: { readonly style: Style; readonly point: KillPoint },
): Promise<Leavings> {
  const records = await stores.requests.list({ tenant: 'torture', limit: 100 })
  const attempts = (await Promise.all(records.map(({ id }) => stores.requests.attempts(id)))).flat()
  const unknown = attempts.filter(({ outcome }) => outcome === 'timeout_unknown')
  const made = attempts.filter(({ outcome }) => outcome === 'produced')
  const { heldNano, spentNano } = await stores.ledger.balance('key_torture', 'simulated')
  const billedNano = sumNano(bill.map(({ dollars }) => nanoFromDollars(dollars)))
  // Their answer is not all that tells of them: each call that was taken in is reported.
  const isReported = style === 'webhook'
  const completed = records.filter(({ state }) => state === 'completed')
  const doubted = new Set(unknown.map(({ requestId }) => requestId))
  const flaws = [
    ...(await stores.ledger.audit()),
    ...told(heldNano !== 0n, 'a hold is left open'),
    ...told(spentNano !== costOf(attempts), 'the ledger and the attempts differ'),
    ...told(
      attempts.some(({ state }) => state !== 'settled'),
      'a call was not settled',
    ),
    ...records
      .filter(({ id, state }) => state !== 'completed' && !doubted.has(id))
      .map(({ id }) => `a request ended without a picture: ${endsOf(id, attempts)}`),
    // Each bill is a picture that is there, or a call that is booked as suspected.
    ...told(bill.length > made.length + unknown.length, 'a paid picture was lost'),
    ...told(isReported && bill.length > made.length, 'a call that was reported was not found'),
    ...told(bill.length < made.length, 'a picture came twice'),
    ...told(made.length > completed.length, 'a request was paid twice'),
    ...told(billedNano > spentNano, 'billed more than booked'),
    // Others than the one that was killed in its call may be in theirs: only where calls are long.
    ...(unknown.length === 0 || mayBeUnknown(style, point) ? [] : unknownFlaws(unknown)),
    ...(await missingPictures(stores, images, made)),
  ]
  return { unknown: unknown.length, completed: completed.length, flaws }
}

const told = (isSo: boolean, flaw: string): readonly string[] => (isSo ? [flaw] : [])

const endsOf = (id: string, attempts: readonly Attempt[]): string =>
  attempts
    .filter(({ requestId }) => requestId === id)
    .map(({ outcome, failureMessage = '' }) => `${outcome} ${failureMessage}`)
    .join(', ')

/** A call that has a job is never unknown: it is polled on. */
const unknownFlaws = (unknown: readonly Attempt[]): readonly string[] =>
  unknown.filter(({ job }) => job !== undefined).map(({ id }) => `the job of ${id} was given up`)

async function missingPictures(
  stores: Stores,
  images: ImageStore,
  made: readonly Attempt[],
): Promise<readonly string[]> {
  const flaws: string[] = []
  for (const { id, requestId } of made) {
    const own = (await stores.requests.images(requestId)).filter(
      ({ attemptId }) => attemptId === id,
    )
    for (const { state, digest } of own) {
      if (state !== 'published') flaws.push(`a picture is ${state}`)
      if ((await images.get(digest)) === undefined) flaws.push('the bytes of a picture are gone')
    }
    if (own.length === 0) flaws.push('a call made no picture')
  }
  return flaws
}

const costOf = (attempts: readonly Attempt[]): bigint =>
  sumNano(attempts.map(({ costNano }) => costNano))
