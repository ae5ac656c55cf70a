import { expect, test } from 'vitest'
import { makeCallPlan } from '../core/catalog/call-plan.ts'
import { fitRequest } from '../core/catalog/fit.ts'
import type { Model } from '../core/catalog/model.ts'
import { normaliseRequest } from '../core/request/normalise.ts'
import type { BatchedCall, BatchedOutcome, BatchService } from '../ports/batch-service.ts'
import type { ProviderJob } from '../ports/provider.ts'

/** A service under test, and its provider's clock. */
export interface BatchServiceStand {
  readonly service: BatchService
  readonly model: Model
  /** Lets time pass at the provider. */
  pass(milliseconds: number): void
  /** Dollars that the provider has billed so far, and for how many pictures. */
  bill(): readonly { readonly dollars: string; readonly images: number }[]
  close(): Promise<void>
}

const HOUR_MS = 3_600_000

/** A call of one picture, named by its attempt. */
function batchedCall(model: Model, key: string, prompt: string): BatchedCall {
  const request = normaliseRequest({ operation: 'generate', prompt, model: model.id })
  const fit = fitRequest(request, model, { isPinned: true })
  if (!fit.ok) throw new TypeError(fit.refusal.reason)
  const { images: _, mask: __, ...plan } = makeCallPlan(request, model, fit.value, 1)
  return { ...plan, attemptId: key, images: [], safetyIdentifier: 'somebody' }
}

/** Contract of {@link BatchService}, on an emulated provider. */
export function testBatchService(name: string, open: () => Promise<BatchServiceStand>): void {
  const on: On = (claim, play) =>
    test(`${name}: ${claim}`, async () => {
      const stand = await open()
      try {
        await play(stand)
      } finally {
        await stand.close()
      }
    })
  goodEnds(on)
  badEnds(on)
}

type On = (claim: string, play: (stand: BatchServiceStand) => Promise<void>) => void

function goodEnds(on: On): void {
  on('lines come back by their names, in any order, and are paid once', async (stand) => {
    const calls = callsOf(stand, { a: 'a cup', b: 'a jug', c: 'sandbox:moderate-input' })
    const job = await submit(stand, 'chk_1', calls)
    expect(await stand.service.look(job, {})).toEqual({ kind: 'working' })
    stand.pass(HOUR_MS)
    const outcomes = await collect(stand, job, calls)
    expect(kindsOf(outcomes)).toEqual([
      ['a', 'produced'],
      ['b', 'produced'],
      ['c', 'content_policy_input'],
    ])
    expect(outcomes.map(({ key }) => key)).not.toEqual(['a', 'b', 'c'])
    // Fetched again they are the same, and not paid a second time.
    const bills = stand.bill().length
    expect(kindsOf(await collect(stand, job, calls))).toEqual(kindsOf(outcomes))
    expect(stand.bill()).toHaveLength(bills)
  })

  on('a batch is found by its name after its answer was lost', async (stand) => {
    const calls = callsOf(stand, { a: 'a cup' })
    expect(await stand.service.find('chk_1', {})).toEqual({ kind: 'none' })
    const job = await submit(stand, 'chk_1', calls)
    await submit(stand, 'chk_2', calls)
    expect(await stand.service.find('chk_1', {})).toMatchObject({
      kind: 'found',
      job: { id: job.id },
    })
  })

  on('what was made before a cancelling is there, the rest is not', async (stand) => {
    const calls = callsOf(stand, Object.fromEntries(letters.map((key) => [key, `cup ${key}`])))
    const job = await submit(stand, 'chk_1', calls)
    stand.pass(HOUR_MS / 12)
    expect(await stand.service.cancel(job, {})).toBe(true)
    const made = kindsOf(await collect(stand, job, calls)).filter(([, kind]) => kind === 'produced')
    expect(made.length).toBeLessThan(letters.length)
    expect(stand.bill()).toHaveLength(made.length)
  })
}

function badEnds(on: On): void {
  on('a line that is not made in time is missing or has failed, and is free', async (stand) => {
    const calls = callsOf(stand, { a: 'a cup', b: 'sandbox:job-stuck' })
    const job = await submit(stand, 'chk_1', calls)
    stand.pass(2 * HOUR_MS)
    expect(await stand.service.look(job, {})).toEqual({ kind: 'working' })
    stand.pass(24 * HOUR_MS)
    const outcomes = await collect(stand, job, calls)
    expect(outcomes.find(({ key }) => key === 'a')?.outcome.kind).toBe('produced')
    const late = outcomes.find(({ key }) => key === 'b')?.outcome
    expect(late === undefined || (late.kind === 'failed' && late.failure.billed === false)).toBe(
      true,
    )
    expect(stand.bill()).toHaveLength(1)
  })

  on(
    'a batch that fails has made nothing; one that is gone, and lost results, are told',
    async (stand) => {
      const failed = callsOf(stand, { a: 'sandbox:job-fails' })
      const failedJob = await submit(stand, 'chk_1', failed)
      const goneJob = await submit(stand, 'chk_2', callsOf(stand, { a: 'sandbox:job-vanishes' }))
      const lost = callsOf(stand, { a: 'sandbox:link-expired' })
      const lostJob = await submit(stand, 'chk_3', lost)
      stand.pass(HOUR_MS)
      expect(await collect(stand, failedJob, failed)).toEqual([])
      expect(await stand.service.look(goneJob, {})).toMatchObject({
        kind: 'failed',
        isPassing: false,
      })
      await expect(collect(stand, lostJob, lost)).rejects.toThrow('404')
    },
  )
}

const letters = [...'abcdefghij']

const callsOf = ({ model }: BatchServiceStand, prompts: Readonly<Record<string, string>>) =>
  Object.entries(prompts).map(([key, prompt]) => batchedCall(model, key, prompt))

async function submit(
  { service }: BatchServiceStand,
  name: string,
  calls: readonly BatchedCall[],
): Promise<ProviderJob> {
  const submitted = await service.submit(name, calls, {})
  if (submitted.kind === 'failed') throw new Error(submitted.failure.message)
  return submitted.job
}

async function collect(
  { service }: BatchServiceStand,
  begun: ProviderJob,
  calls: readonly BatchedCall[],
): Promise<readonly BatchedOutcome[]> {
  const look = await service.look(begun, {})
  if (look.kind !== 'ended') throw new Error(`the batch is ${look.kind}`)
  const planOf = (key: string) => calls.find(({ attemptId }) => attemptId === key)
  const outcomes: BatchedOutcome[] = []
  for await (const each of service.results(look.job, planOf, {})) outcomes.push(each)
  return outcomes
}

const kindsOf = (outcomes: readonly BatchedOutcome[]) =>
  outcomes
    .map(({ key, outcome }) => [
      key,
      outcome.kind === 'failed' ? outcome.failure.class : outcome.kind,
    ])
    .toSorted(([a = ''], [b = '']) => a.localeCompare(b))
