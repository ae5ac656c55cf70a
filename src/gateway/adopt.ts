import { isDoubtful, isFree, type OwedAnswer } from '../core/answers/owed-answer.ts'
import { recordedOutcome } from '../core/answers/recorded-outcome.ts'
import type { Dependencies } from './dependencies.ts'

/** Owed answers looked at per request: more equal ones are never without a client at once. */
const MAX_OWED = 64
/** Time between two looks at an answer whose holder may have died, in milliseconds. */
const LOOK_AGAIN_MS = 250

/** An equal request of the same virtual key. */
interface Equal {
  readonly keyId: string
  readonly fingerprint: string
}

/**
 * Takes the oldest answer that an equal request is owed: paid for, running or finished, and its
 * client gone. What a living client of this process waits for is a sibling's and is left to it.
 * Of another process nobody knows at once whether it lives, so this waits until it renews its
 * leases or they run out: at most as long as a lease.
 */
export async function adopt(equal: Equal, deps: Dependencies): Promise<OwedAnswer | undefined> {
  const { clock, owner } = deps
  const find = () => deps.stores.answers.owed({ ...equal, now: clock.now(), limit: MAX_OWED })
  const first = await find()
  const doubtful = new Map(
    first
      .filter((answer) => isDoubtful(answer, { owner, now: clock.now() }))
      .map(({ requestId, heldUntil }) => [requestId, heldUntil]),
  )
  for (let owed = first; ; owed = await find()) {
    for (const answer of owed) {
      const looker = { owner, now: clock.now() }
      if (isFree(answer, looker) && (await take(answer, deps))) return answer
    }
    const mayFallFree = owed.some(
      ({ requestId, holder, heldUntil }) =>
        holder !== owner && doubtful.get(requestId) === heldUntil,
    )
    if (!mayFallFree) return undefined
    await clock.sleep(LOOK_AGAIN_MS)
  }
}

/** Takes one, unless somebody was faster, or its request came to nothing that is worth having. */
async function take(answer: OwedAnswer, deps: Dependencies): Promise<boolean> {
  const { stores, clock, owner, limits } = deps
  const now = clock.now()
  const claim = { answer, holder: owner, now, heldUntil: now + limits.leaseMs }
  if (!(await stores.answers.take(claim))) return false
  const record = await stores.requests.request(answer.requestId)
  const outcome = record === undefined ? 'nothing' : recordedOutcome(record)
  if (outcome !== 'nothing' && outcome !== 'free failure') return true
  await stores.journal.commit([{ kind: 'answer-closed', answer }])
  return false
}
