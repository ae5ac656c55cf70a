import type { Dependencies } from '../dependencies.ts'
import { openLooks } from '../paid-looks.ts'
import { bookOf, missingImages, type Run } from '../run.ts'
import { lookNear } from './cache.ts'
import { announce } from './execute.ts'

/** Stands for the call that looks belong to, of those that come before all calls. */
const BEFORE_CALLS = { position: -1, step: 0 } as const

/**
 * Puts aside what a vector of the prompt may cost, where an embedder charges for it and nobody has
 * it yet. Not for work from the queue, which may be put back and would pay again; and not when the
 * caller's limit leaves no room for it.
 */
export async function setAsideVector(run: Run, deps: Dependencies): Promise<Run> {
  const { plan, partition, job, request } = run
  if (plan === undefined || partition === undefined || job !== undefined) return run
  const tool = request.seed === undefined ? deps.similarity?.toPayFor(request.prompt) : undefined
  // Simulated and real money never meet in one request.
  if (tool === undefined || tool.isSimulated !== (bookOf(run) === 'simulated')) return run
  const holdNano = plan.holdNano + tool.ceilingNano
  if (request.maxCostNano !== undefined && holdNano > request.maxCostNano) return run
  return { ...run, plan: { ...plan, holdNano }, paysVector: true }
}

/**
 * Buys the vector and looks for near prompts with it. It is written down before it is sent, like
 * every call that costs money; so the request and its hold become durable here. What fails is
 * logged: then the pictures are made.
 */
export async function near(begun: Run, deps: Dependencies): Promise<Run> {
  const { similarity, stores, log } = deps
  if (begun.paysVector !== true || similarity === undefined || begun.stop.buying.aborted) {
    return begun
  }
  const run = await writtenDown(begun, deps)
  const looks = openLooks({ id: run.id, ...BEFORE_CALLS }, run, deps)
  await similarity.buyVector(run.request.prompt, { account: looks, signal: run.stop.calls })
  await looks.written()
  const paid: Run = { ...run, lookUps: looks.ended() }
  // Without a sibling the cache may keep what is made, and must not answer.
  if (run.sibling === undefined || missingImages(run) <= 0) return paid
  const found = await lookNear(paid, deps)
  const facts = found.unwritten.slice(paid.unwritten.length)
  try {
    if (facts.length > 0) await stores.journal.commit(facts)
    return found
  } catch (error) {
    log.warn({ requestId: run.id, error }, 'a near picture could not be written down')
    return paid
  }
}

/** A run whose acceptance and hold are durable. */
export async function writtenDown(run: Run, deps: Dependencies): Promise<Run> {
  if (run.isAccepted === true) return run
  await announce([], run.unwritten, run, deps)
  return { ...run, isAccepted: true }
}
