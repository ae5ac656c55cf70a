import type { Attempt } from '../core/jobs/request-record.ts'
import type { Hold } from '../core/ledger/entry.ts'
import { nanoFromDollars } from '../core/money.ts'
import type { Dependencies } from './dependencies.ts'
import { settledLook } from './paid-looks.ts'
import { paidWrite } from './paid-write.ts'
import type { EndedAttempt } from './run.ts'

/**
 * Books looks of which nobody knows whether they were made, at their ceilings, as suspected.
 * @returns all looks of the request.
 */
export async function endLooks(
  looks: readonly Attempt[],
  hold: Hold | undefined,
  deps: Dependencies,
): Promise<readonly Attempt[]> {
  if (hold === undefined) return looks
  const now = deps.clock.now()
  const ended = looks.map((look) => {
    if (look.state === 'settled') return { attempt: look }
    const ceilingNano = nanoFromDollars(String(look.call.ceiling))
    return settledLook(look, hold, { ceilingNano }, now)
  })
  const facts = ended.flatMap((each) => ('fact' in each ? [each.fact] : []))
  const [first] = looks
  if (first !== undefined && facts.length > 0) {
    await paidWrite({ requestId: first.requestId, facts }, deps)
  }
  return ended.map(({ attempt }) => attempt)
}

/** Looks belong to the call whose pictures were looked at. */
export const withLooks = (ended: EndedAttempt, looks: readonly Attempt[]): EndedAttempt => ({
  ...ended,
  looks: [...ended.looks, ...looks.filter(({ call }) => call.of === ended.attempt.id)],
})
