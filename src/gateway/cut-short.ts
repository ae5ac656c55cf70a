import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano, type Nano } from '../core/money.ts'
import { isAcceptance } from './acceptance.ts'
import { missingImages, type Run } from './run.ts'

/** A run that was told to stop before anything was written: nothing is put aside for it. */
export function unsent(run: Run): Run {
  if (run.isAccepted === true) return run
  const { hold: _, ...rest } = run
  return { ...rest, unwritten: run.unwritten.filter(isAcceptance) }
}

/**
 * Whether a request lacks pictures because it was told to stop: a call was given up, or work that
 * its plan still had was not begun. One that had nothing left to try has failed.
 */
export function isCutShort(run: Run): boolean {
  if (!run.stop.buying.aborted || missingImages(run) <= 0) return false
  return run.ended.some(wasGivenUp) || hasWorkLeft(run)
}

const wasGivenUp = ({ attempt }: Run['ended'][number]): boolean => attempt.outcome === 'cancelled'

/** Whether its plan had a step, or a call of the last step, that was not made. */
function hasWorkLeft({ plan, ended, hits, request }: Run): boolean {
  const last = Math.max(-1, ...ended.map(({ attempt }) => attempt.step))
  if (last + 1 < (plan?.steps.length ?? 0) || ended.length === 0) return true
  const isLast = ({ attempt }: Run['ended'][number]): boolean => attempt.step === last
  const asked = sum(ended.filter(isLast).map(({ attempt }) => attempt.images))
  const before = sum(ended.filter((each) => !isLast(each)).map(({ images }) => images.length))
  return asked < request.n - hits.length - before
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total + number, 0)

/**
 * What the missing pictures were expected to cost, at the offer that was to make them, less what
 * was charged for calls that were given up.
 */
export function unspentNano(run: Run): Nano {
  const quoted = run.plan?.steps[0]?.quote.expectedNano
  if (quoted === undefined) return 0n
  const planned = run.request.n - run.hits.length
  const missingNano = (quoted * BigInt(missingImages(run))) / BigInt(planned)
  const lostNano = run.ended
    .filter(wasGivenUp)
    .reduce((total, { attempt }) => total + attempt.costNano, 0n)
  return missingNano > lostNano ? missingNano - lostNano : 0n
}

/** What the receipt says of pictures that were not made any more. */
export const printCut = (run: Run): JsonObject => ({
  images: missingImages(run),
  saved: dollarsFromNano(unspentNano(run)),
})
