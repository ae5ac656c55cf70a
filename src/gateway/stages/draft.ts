import { draftRequest, refineRequest } from '../../core/routing/draft-requests.ts'
import type { Dependencies } from '../dependencies.ts'
import { withPick } from '../gate-wishes.ts'
import { inputFrom } from '../input-from.ts'
import { asPreliminary, DRAFT_STEP } from '../preliminary.ts'
import type { ReadyImage, Run } from '../run.ts'
import { noneAdmitted, runStep } from '../run-step.ts'

/**
 * Makes the drafts of a plan that has them, picks one, and turns the request into one that refines
 * it. Drafts that are not refined stay reachable; a caller who streams sees them as partial images.
 * @throws GatewayError when nothing could be sent.
 */
export async function draft(run: Run, deps: Dependencies): Promise<Run> {
  const part = run.plan?.drafts
  if (part === undefined || run.plan === undefined) return run
  const drafting: Run = {
    ...run,
    request: draftRequest(run.request, part.count),
    traits: withPick(run.traits, deps),
    hits: [],
  }
  const made = await runStep(drafting, part.step, DRAFT_STEP, deps)
  if ('reason' in made) throw noneAdmitted(run, [made])
  const good = made.ended.flatMap(({ images }) => images)
  showDrafts(good, run)
  const ended = made.ended.map(asPreliminary)
  const { providerMs } = made
  const pool = good.length > 0 ? good : ended.flatMap(({ refused }) => refused)
  const picked = pool.toSorted((a, b) => scoreOf(b) - scoreOf(a))[0]
  // Without a draft there is nothing to refine, and the failures of the drafts are the answer.
  if (picked === undefined) return { ...run, ended, providerMs, plan: { ...run.plan, steps: [] } }
  const request = refineRequest(run.request, await inputFrom(picked, deps))
  return { ...run, request, ended, providerMs, picked: picked.record.id }
}

const scoreOf = ({ record }: ReadyImage): number => record.quality?.score ?? 0

function showDrafts(drafts: readonly ReadyImage[], { request, watch }: Run): void {
  for (const [index, { bytes }] of drafts.slice(0, request.partialImages ?? 0).entries()) {
    if (bytes !== undefined) watch.onPartial?.({ index, bytes })
  }
}
